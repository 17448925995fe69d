// Every text from outside goes through textContent: nothing that a server says can become markup.
export const byId = id => document.getElementById(id);

export const show = (id, text) => { byId(id).textContent = text; };

export const make = (name, text, style) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (style) made.className = style;
  return made;
};

export const cell = (name, text, style) => {
  const made = make(name, text, style);
  if (name === 'th') made.scope = 'row';
  return made;
};

export const row = (...cells) => {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
};

// Seconds of a duration of the JVM's, such as PT1M2.5S.
export const seconds = iso => {
  const [, hours = 0, minutes = 0, rest = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(iso) || [];
  return hours * 3600 + minutes * 60 + Number(rest);
};

export const stillness = matchMedia('(prefers-reduced-motion: reduce)');
