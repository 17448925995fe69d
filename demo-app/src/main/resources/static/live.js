// Takes the stream of looks at the stage, gives each to those who draw, and the stage something to do.
import { chart } from './chart.js';
import { byId, cell, row, show } from './dom.js';
import { scene } from './scene.js';

const RETRY_MILLIS = 3000;
const TOLD_EVERY_MILLIS = 5000;

let source;
let retry;
let paused = false;
let told = 0;

function failed(id, text) {
  show(id, text);
  byId(id).hidden = !text;
}

function connect() {
  disconnect();
  // A browser has few connections to one host: pages that are not seen must not use them up.
  if (paused || document.hidden) return;
  chart.rest();
  source = new EventSource('api/live');
  source.onmessage = event => {
    failed('stage-error', '');
    draw(JSON.parse(event.data));
  };
  source.onerror = () => {
    failed('stage-error', 'The stage cannot be seen at the moment; trying again.');
    chart.rest();
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MILLIS);
  };
}

function disconnect() {
  clearTimeout(retry);
  if (source) source.close();
}

function draw({ stage, loopback, events }) {
  scene.draw(stage, events);
  chart.add(stage);
  numbers(stage);
  controls(loopback);
  tell();
}

// A screen reader is told now and then, and only what is new.
function tell() {
  const now = Date.now();
  const text = byId('caption').textContent;
  if (now - told < TOLD_EVERY_MILLIS || text === byId('told').textContent) return;
  told = now;
  show('told', text);
}

function numbers(stage) {
  show('state', stage.state);
  show('waiters', stage.waiters);
  show('tickets', stage.tickets);
  show('head-changes', stage.headChanges);
  show('promotions', stage.promotions);
  show('local-address', stage.source.localAddress);
  counts('messages', stage.messages);
  counts('exits', stage.exits);
}

function counts(id, values) {
  const shown = JSON.stringify(values);
  if (byId(id).dataset.shown === shown) return;
  byId(id).dataset.shown = shown;
  const most = Math.max(1, ...Object.values(values));
  byId(id).replaceChildren(...Object.entries(values).map(([name, count]) => {
    const meter = document.createElement('meter');
    meter.max = most;
    meter.value = count;
    meter.setAttribute('aria-hidden', 'true');
    const bar = document.createElement('td');
    bar.append(meter);
    return row(cell('th', name), cell('td', count.toLocaleString('en'), 'number'), bar);
  }));
}

// Other pages may have changed the settings; what is being chosen here is left alone.
function controls(loopback) {
  byId('controls').hidden = !loopback;
  byId('no-controls').hidden = Boolean(loopback);
  if (!loopback) return;
  choose(byId('loss'), String(loopback.loss), Math.round(loopback.loss * 100) + ' %');
  const delay = loopback.minDelayMillis + '-' + loopback.maxDelayMillis;
  choose(byId('delay'), delay, delay.replace('-', '–') + ' ms');
}

function choose(select, value, text) {
  if (select === document.activeElement || select.value === value) return;
  if (![...select.options].some(option => option.value === value)) select.add(new Option(text, value));
  select.value = value;
}

async function send(method, path, body) {
  try {
    const response = await fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error((await response.json()).detail || response.statusText);
    failed('action-error', '');
  } catch (error) {
    failed('action-error', 'That did not work: ' + error.message);
  }
}

function set() {
  const [minDelayMillis, maxDelayMillis] = byId('delay').value.split('-').map(Number);
  send('PUT', 'api/loopback', { loss: Number(byId('loss').value), minDelayMillis, maxDelayMillis });
}

for (const button of document.querySelectorAll('[data-requests]')) {
  button.addEventListener('click', () => send('POST', 'api/load', { requests: Number(button.dataset.requests) }));
}
byId('strangers').addEventListener('click', async () => {
  await send('POST', 'api/strangers', { messages: 5 });
  // without a head nothing is read
  await send('POST', 'api/load', { requests: 1 });
});
byId('loss').addEventListener('change', set);
byId('delay').addEventListener('change', set);
byId('controls').addEventListener('submit', event => event.preventDefault());
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  connect();
});
document.addEventListener('visibilitychange', connect);
connect();
