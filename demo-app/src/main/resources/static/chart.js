// The last minute, second by second, from differences of the counts that the stage has kept since its start.
import { byId, show } from './dom.js';
import { answers, fallen } from './scene.js';

const SECONDS = 60;
const HEIGHT = 180;
const dark = matchMedia('(prefers-color-scheme: dark)');

const buckets = new Map();
let before;
let plot;

const second = () => Math.floor(Date.now() / 1000);
const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

function series(label, name, dash) {
  return { label, stroke: colour(name), width: 2, dash, points: { show: false } };
}

function axis(label) {
  const line = { stroke: colour('line'), width: 1 };
  return { label, labelSize: 20, stroke: colour('soft'), grid: line, ticks: line };
}

// uPlot draws on a canvas, which knows nothing of style sheets: new colours need a new plot.
function draw() {
  if (!window.uPlot) {
    show('chart-summary', 'The chart cannot be drawn: its library is missing.');
    return;
  }
  plot?.destroy();
  plot = new uPlot({
    width: byId('chart').clientWidth,
    height: HEIGHT,
    scales: { x: { time: false, range: [-SECONDS, 0] }, y: { range: (_, low, high) => [0, Math.max(10, high * 1.05)] } },
    axes: [{ ...axis('seconds ago'), values: (_, ticks) => ticks.map(tick => -tick) }, { ...axis(''), labelSize: 0, size: 46 }],
    legend: { markers: { dash: (_, i) => ['', 'solid', 'dashed', 'dotted'][i] } },
    series: [
      { label: 'seconds ago', value: (_, at) => at == null ? '–' : -at },
      series('answers a second', 'good'),
      series('waiters', 'accent', [6, 4]),
      series('timed out or aside a second', 'bad', [2, 3])
    ]
  }, data(), byId('chart'));
}

function data() {
  const now = second();
  const columns = [[], [], [], []];
  for (let ago = SECONDS; ago >= 0; ago--) {
    const bucket = buckets.get(now - ago);
    columns[0].push(-ago);
    columns[1].push(bucket ? bucket.answers : null);
    columns[2].push(bucket ? bucket.waiters : null);
    columns[3].push(bucket ? bucket.lost : null);
  }
  return columns;
}

function refresh() {
  for (const at of buckets.keys()) {
    if (at < second() - SECONDS) buckets.delete(at);
  }
  const all = [...buckets.values()];
  const total = name => all.reduce((sum, bucket) => sum + bucket[name], 0).toLocaleString('en');
  const most = Math.max(0, ...all.map(bucket => bucket.waiters)).toLocaleString('en');
  if (!plot) return;
  plot.setData(data());
  show('chart-summary', `${total('answers')} answered, ${most} waiting at most, ${total('lost')} timed out or fell aside.`);
}

export const chart = {
  add(stage) {
    const now = { answers: answers(stage), lost: stage.exits['timed-out'] + fallen(stage) };
    const at = second();
    if (!buckets.has(at)) buckets.set(at, { answers: 0, lost: 0, waiters: 0 });
    const bucket = buckets.get(at);
    bucket.waiters = Math.max(bucket.waiters, stage.waiters);
    if (before) {
      // an application that was started again counts from zero
      bucket.answers += Math.max(0, now.answers - before.answers);
      bucket.lost += Math.max(0, now.lost - before.lost);
    }
    before = now;
  },

  // What happens until the next look is in no second.
  rest() {
    before = undefined;
  }
};

draw();
new ResizeObserver(() => plot?.setSize({ width: byId('chart').clientWidth, height: HEIGHT })).observe(byId('chart'));
dark.addEventListener('change', draw);
setInterval(refresh, 1000);
