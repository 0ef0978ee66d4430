/* Draws the figures: numbers with how many they are of, and bars in SVG. */

import { h } from './blocks.js';

const SVG = 'http://www.w3.org/2000/svg';

/** The whole panel. */
export function report(told) {
  const about = Object.entries(told.by_category).map(([name, n]) => [told.category_names[name] || name, n]);
  const counted = `Received from ${day(told.from)} to ${day(told.to)}, counted now from the events.`;
  return [
    part(
      told.is_seeding ? progress(told) : h('p', { className: 'quiet' }, counted),
      h('div', { className: 'tiles' }, [...tiles(told)]),
    ),
    part(h('h3', {}, 'About what'), bars(about)),
    part(h('h3', {}, 'How well it was handled'), handling(told.ratings.handling)),
    part(h('h3', {}, 'Whether the outcome is fair'), outcome(told.ratings.outcome)),
  ];
}

const part = (...children) => h('div', { className: 'part' }, ...children);

function progress(told) {
  return h(
    'p', { className: 'quiet' },
    h('label', {}, `Playing past complaints through: ${told.received} of ${told.of} `, h('progress', { value: told.received, max: told.of })),
  );
}

function* tiles(told) {
  yield tile(told.received, 'received', `${told.open} still open, ${told.overdue} overdue`);
  const promise = told.promises.respond;
  const share = promise && promise.share_on_time;
  const n = promise ? promise.on_time + promise.late + promise.overdue : 0;
  if (share) yield tile(percent(share.value), 'answered in time', `n = ${n}, ${interval(share, percent)}`);
  if (told.median_days_to_answer !== null) {
    yield tile(told.median_days_to_answer.toFixed(1), 'days to an answer', `median, n = ${told.answered}`);
  }
}

const tile = (value, name, more) => h(
  'div', {}, h('b', {}, String(value)), h('span', {}, name), h('small', {}, more),
);

function handling(rating) {
  const told = rating.mean
    ? `Mean ${rating.mean.value.toFixed(1)} of 5 (${interval(rating.mean, (one) => one.toFixed(1))}). `
    : '';
  const stars = (name) => (name === '1' ? '1 badly' : name === '5' ? '5 well' : name);
  return rated(rating, told, (name) => stars(name));
}

function outcome(rating) {
  const told = rating.share_fair
    ? `${percent(rating.share_fair.value)} say yes (${interval(rating.share_fair, percent)}). `
    : '';
  return rated(rating, told, (name) => name[0].toUpperCase() + name.slice(1));
}

function rated(rating, told, named) {
  return h(
    'div', {},
    h('p', { className: 'quiet' }, `${told}n = ${rating.n} of ${rating.asked} asked.`),
    rating.n ? bars(Object.entries(rating.counts).map(([name, n]) => [named(name), n])) : null,
  );
}

/** One bar a row: name, bar, number. */
function bars(rows) {
  const most = Math.max(1, ...rows.map(([, n]) => n));
  const svg = draw('svg', {
    viewBox: `0 0 300 ${rows.length * 24}`,
    role: 'img',
    'aria-label': rows.map(([name, n]) => `${name}: ${n}`).join(', '),
  });
  rows.forEach(([name, n], row) => {
    const middle = row * 24 + 12;
    const width = (n / most) * 140;
    svg.append(
      draw('text', { x: 0, y: middle + 4 }, name.length > 19 ? `${name.slice(0, 18)}…` : name),
      draw('rect', { x: 124, y: middle - 7, width: 140, height: 14, rx: 3, class: 'track' }),
      draw('rect', { x: 124, y: middle - 7, width: Math.max(n ? 2 : 0, width), height: 14, rx: 3 }),
      draw('text', { x: 300, y: middle + 4, class: 'number' }, String(n)),
    );
  });
  return svg;
}

function draw(name, told, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(told)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}

const percent = (value) => `${Math.round(value * 100)} %`;
const interval = (one, shown) => `95 %: ${shown(one.low)} to ${shown(one.high)}`;
const day = (iso) => new Date(`${iso}T12:00:00`).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
