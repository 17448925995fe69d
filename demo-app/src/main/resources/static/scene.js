// The stage as people: the head at the port, those who wait beside it, messages that fly, and what falls aside.
import { byId, make, seconds, show, stillness } from './dom.js';

const MOST_CHIPS = 12;
const MOST_WAITING = 8;
const MOST_FLIGHTS = 30;
const FLIGHT_MILLIS = 600;
const FAREWELL_MILLIS = 900;
const ANSWERED = ['finished', 'signalled'];
// What is delivered or handed to a handler does not fall aside.
const TAKEN = ['delivered', 'event'];

const chips = new Map();
let headGoes;

const age = value => value.toFixed(value < 10 ? 2 : 1) + ' s';

function chip(thread) {
  const made = make('li', '', 'chip');
  made.append(make('span', thread, 'name'), make('span', '', 'age'), make('span', '', 'bar'));
  chips.set(thread, made);
  byId('crowd').append(made);
  return made;
}

// A wait that has ended stays for a moment, so that quick ones are seen too.
function farewell(thread, how, millis) {
  const made = chips.get(thread) || (chips.size < MOST_CHIPS ? chip(thread) : undefined);
  if (!made || made.dataset.over) return made;
  made.dataset.over = how;
  made.classList.add(ANSWERED.includes(how) ? 'answered' : 'failed');
  made.querySelector('.age').textContent = ANSWERED.includes(how) ? '✓ ' + age(millis / 1000) : how;
  made.querySelector('.bar').remove();
  setTimeout(() => made.classList.add('leaving'), FAREWELL_MILLIS / 2);
  setTimeout(() => remove(thread, made), FAREWELL_MILLIS);
  return made;
}

// Those that wait go before those that have left.
function makeRoom() {
  if (chips.size < MOST_CHIPS) return;
  const [thread, made] = [...chips].find(([, each]) => each.dataset.over);
  remove(thread, made);
}

function remove(thread, made) {
  made.remove();
  if (chips.get(thread) === made) chips.delete(thread);
}

function drawWaiting(stage) {
  const waiting = (stage.oldest || []).filter(each => !stage.head || each.thread !== stage.head.thread);
  const present = new Set(waiting.slice(0, MOST_WAITING).map(each => each.thread));
  for (const [thread, made] of chips) {
    if (!made.dataset.over && !present.has(thread)) remove(thread, made);
  }
  let living = 0;
  for (const each of waiting) {
    if (living === MOST_WAITING) break;
    living++;
    let made = chips.get(each.thread);
    // a thread that has come back waits again
    if (made?.dataset.over) remove(each.thread, made);
    if (!made || made.dataset.over) {
      makeRoom();
      made = chip(each.thread);
    }
    const waited = seconds(each.waiting);
    made.querySelector('.age').textContent = age(waited);
    made.querySelector('.bar').style.transform = `scaleX(${waited / (waited + seconds(each.timeoutIn) || 1)})`;
  }
  byId('crowd').querySelector('.more')?.remove();
  if (stage.waiters > living) byId('crowd').append(make('li', '+ ' + (stage.waiters - living).toLocaleString('en') + ' more', 'chip more'));
  return waiting;
}

function drawHead(stage, events) {
  const last = events.filter(event => event.type === 'head').pop();
  const thread = stage.head ? stage.head.thread : last && last.thread;
  if (!thread) return;
  const spot = byId('head-chip');
  spot.className = 'chip head';
  spot.replaceChildren(make('span', thread, 'name'));
  clearTimeout(headGoes);
  if (stage.head) return;
  headGoes = setTimeout(() => {
    spot.className = 'chip empty';
    spot.textContent = 'none';
  }, FAREWELL_MILLIS);
}

const centre = element => {
  const box = element.getBoundingClientRect();
  const floor = byId('scene').getBoundingClientRect();
  return `translate(${box.x - floor.x + box.width / 2}px, ${box.y - floor.y + box.height / 2}px)`;
};

function fly(style, stops, delay) {
  if (stillness.matches || byId('flights').childElementCount >= MOST_FLIGHTS) return;
  const dot = make('span', '', 'dot ' + style);
  const keyframes = stops.map(stop => ({ transform: centre(stop) }));
  if (style === 'aside') keyframes[keyframes.length - 1].opacity = 0;
  byId('flights').append(dot);
  dot.animate(keyframes, { duration: FLIGHT_MILLIS, delay, easing: 'ease-in-out', fill: 'both' }).onfinish = () => dot.remove();
}

function drawEvents(events) {
  const [port, spot, crowd, aside] = ['port-number', 'head-chip', 'crowd', 'aside'].map(byId);
  events.forEach((event, i) => {
    const delay = Math.min(i * 20, FLIGHT_MILLIS);
    if (event.type === 'unclaimed') {
      fly('aside', [port, spot, aside], delay);
    } else if (event.type === 'head') {
      if (chips.has(event.thread)) fly('promotion', [chips.get(event.thread), spot], 0);
    } else {
      const owner = event.how === 'finished' ? spot : farewell(event.thread, event.how, event.millis) || crowd;
      if (ANSWERED.includes(event.how)) fly('', owner === spot ? [port, spot] : [port, spot, owner], delay);
    }
  });
}

stillness.addEventListener('change', () => byId('flights').replaceChildren());

const sum = (counts, chosen) => Object.entries(counts).filter(([name]) => chosen(name)).reduce((all, [, count]) => all + count, 0);

export const answers = stage => sum(stage.exits, name => ANSWERED.includes(name));
export const fallen = stage => sum(stage.messages, name => !TAKEN.includes(name));

function caption(stage, oldest) {
  const many = (count, one, more) => count.toLocaleString('en') + ' ' + (count === 1 ? one : more);
  const head = stage.head ? stage.head.thread + ' is the head and reads' : 'There is no head, since no thread waits';
  const wait = stage.waiters
    ? '; ' + many(stage.waiters, 'other waits', 'others wait') + (oldest ? ', the longest for ' + age(seconds(oldest.waiting)) : '')
    : '';
  return head + wait + '. ' + many(answers(stage), 'wait was', 'waits were') + ' answered, '
      + many(stage.exits['timed-out'], 'timed out', 'timed out') + '; ' + many(fallen(stage), 'message', 'messages') + ' fell aside.';
}

export const scene = {
  draw(stage, events) {
    // before those who have left are cleared away, as messages fly to where they stood
    drawEvents(events);
    drawHead(stage, events);
    const waiting = drawWaiting(stage);
    show('port-number', stage.source.localAddress.replace(/^.*:/, ''));
    show('fallen', fallen(stage).toLocaleString('en'));
    show('caption', caption(stage, waiting[0]));
  }
};
