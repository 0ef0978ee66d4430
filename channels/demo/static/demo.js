/* The desk's side of the page: shows what the workspace holds, and tells it what is pressed. */

import { blocks, call, h, marked } from './blocks.js';
import { report } from './report.js';

const $ = (id) => document.getElementById(id);
const drawn = new Map(); // what a place shows, so that it is only drawn anew when that changes
let state = { version: 0, people: [] };
let me = sessionStorage.getItem('me') || 'U00MINA1';
let waiting = new AbortController();

// Telling --------------------------------------------------------------------------------------

async function act(name, told) {
  try {
    const answer = await fetch(`/demo/act/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: me, ...told }),
    });
    if (!answer.ok) toast('That did not work: it may have changed in the meantime.');
    return answer.ok;
  } catch {
    toast('The demo does not answer. Is it still running?');
    return false;
  }
}

function toast(text) {
  $('notices').prepend(notice({ text }, [text], (shown) => shown.remove()));
}

// Listening ------------------------------------------------------------------------------------

async function listen() {
  for (;;) {
    try {
      waiting = new AbortController();
      const address = `/demo/state?user=${encodeURIComponent(me)}&after=${state.version}`;
      const answer = await fetch(address, { signal: waiting.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      state = await answer.json();
      show();
    } catch (error) {
      if (error.name !== 'AbortError') await new Promise((done) => { setTimeout(done, 1500); });
    }
  }
}

function changes(place, told) {
  const now = JSON.stringify(told);
  if (drawn.get(place) === now) return false;
  drawn.set(place, now);
  return true;
}

function show() {
  call(state.people);
  $('channel').textContent = state.channel;
  if (changes('me', [state.people, me])) showMe();
  if (changes('notices', state.notices)) showNotices();
  showCards();
  if (changes('view', [me, state.view])) showView(state.view);
  if (Object.keys(state.report).length && changes('report', state.report)) {
    $('report').replaceChildren(...report(state.report));
  }
}

function showMe() {
  $('me').replaceChildren(...state.people.map((one) => h('option', { value: one.id }, one.is_member ? one.name : `${one.name} (${one.role})`)));
  $('me').value = me;
}

// Cards ----------------------------------------------------------------------------------------

const cards = new Map(); // by ts: the parts of each card

function showCards() {
  if (!state.cards.length) return;
  const wanted = new Set(state.cards.map((one) => one.ts));
  for (const [ts, card] of cards) {
    if (!wanted.has(ts)) {
      card.node.remove();
      cards.delete(ts);
      drawn.delete(`card${ts}`);
    }
  }
  const list = $('cards');
  list.querySelector(':scope > p')?.remove();
  state.cards.forEach((told, place) => {
    const known = cards.get(told.ts);
    const card = known || cardFor(told.ts);
    cards.set(told.ts, card);
    if (list.children[place] !== card.node) list.insertBefore(card.node, list.children[place] || null);
    fill(card, told);
  });
  const newest = state.cards[0].ts;
  if (newest !== opened) settle(newest);
}

let opened = null; // the card that was opened because it was the newest
let settling = 0;

/** Where many come at once, the last of them is opened. */
function settle(newest) {
  clearTimeout(settling);
  settling = setTimeout(() => {
    opened = newest;
    for (const [ts, card] of cards) card.node.open = ts === newest;
  }, 250);
}

function cardFor(ts) {
  const title = h('summary');
  const body = h('div', { className: 'blocks' });
  const thread = h('ol', { className: 'thread', 'aria-label': 'Thread' });
  const words = h('textarea', { rows: 1, 'aria-label': 'Note for colleagues', placeholder: 'Note for colleagues; the complainant never sees it' });
  const form = h('form', {
    className: 'compose',
    onsubmit: async (event) => {
      event.preventDefault();
      if (words.value.trim() && await act('say', { ts, text: words.value })) words.value = '';
    },
  }, words, h('button', { type: 'submit' }, 'Note'));
  words.onkeydown = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
  return { node: h('details', { className: 'card', id: `m${ts}` }, title, body, thread, form), title, body, thread };
}

function fill(card, told) {
  const press = (action, value) => act('press', { ts: told.ts, action, value });
  if (changes(`card${told.ts}`, told.blocks)) {
    card.title.replaceChildren(h('span', {}, ...marked(told.text)));
    const held = card.body.contains(document.activeElement);
    card.body.replaceChildren(...blocks(told.blocks, press, state.people));
    if (held) card.title.focus();
  }
  if (changes(`thread${told.ts}`, told.replies)) {
    card.thread.replaceChildren(...told.replies.map(reply));
  }
}

function reply(told) {
  const isOurs = told.by === 'Ombud';
  const press = (action, value) => act('press', { ts: told.ts, action, value });
  const shown = told.blocks && told.blocks.length
    ? blocks(told.blocks, press, state.people)
    : [h('p', { className: 'b-text' }, ...marked(told.text || ''))];
  const files = (told.files || []).map((file) => h('a', { href: `/demo/files/${file.id}`, download: file.name }, `📎 ${file.name}`));
  const send = isOurs ? null : h('button', {
    type: 'button', className: 'link', onclick: () => act('shortcut', { shortcut: 'ombud_send', ts: told.ts }),
  }, 'Send to complainant…');
  const name = h('b', { className: 'by' }, told.by);
  return h('li', { className: isOurs ? 'ours' : 'theirs' }, isOurs ? null : name, ...shown, ...files, send);
}

// Words for one person -------------------------------------------------------------------------

function showNotices() {
  const wasOpen = $('notices').querySelector('details.direct')?.open;
  const direct = state.notices.filter((told) => told.kind === 'direct').map(whole);
  const shown = state.notices.filter((told) => told.kind !== 'direct').map(whole);
  if (direct.length) {
    const title = h('summary', {}, `Ombud wrote to you directly: ${direct.length}`);
    shown.push(h('details', { className: 'direct', open: wasOpen }, title, ...direct));
  }
  $('notices').replaceChildren(...shown);
}

function whole(told) {
  const press = (action, value) => act('press', { ts: told.ts, action, value });
  const shown = told.blocks && told.blocks.length
    ? blocks(told.blocks, press, state.people)
    : [h('p', {}, ...marked(told.text))];
  return notice(told, shown, () => act('dismiss', { ts: told.ts }));
}

function notice(told, shown, dismiss) {
  const kind = told.kind === 'direct' ? null : h('small', {}, 'Only you can see this');
  const node = h('div', { className: 'notice' }, h(
    'div', {}, kind, ...shown,
  ), h('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => dismiss(node) }, '×'));
  return node;
}

// Forms ----------------------------------------------------------------------------------------

const modal = $('modal');
let open = null; // the form that is shown: its id, its hash and its fields

function showView(view) {
  if (!view) {
    open = null;
    if (modal.open) modal.close();
    return;
  }
  if (!open || open.id !== view.id || open.hash !== view.hash) draw(view);
  if (!modal.open) modal.showModal();
  let first = null;
  for (const [block, one] of open.fields) {
    one.tell(view.errors[block]);
    if (view.errors[block] && !first) first = one;
  }
  if (first) first.focus();
}

function draw(view) {
  const fields = new Map();
  const press = (action, value) => act('press', { view: view.id, action, value, values: values() });
  const isAnew = !open || open.id !== view.id;
  const scrolled = modal.querySelector('.blocks')?.scrollTop || 0;
  const body = h('div', { className: 'blocks' }, blocks(view.blocks, press, state.people, fields));
  const leave = h('button', { type: 'button', onclick: () => act('close', { view: view.id }) }, view.close ? view.close.text : 'Close');
  const submit = view.submit ? h('button', { type: 'submit', className: 'primary' }, view.submit.text) : null;
  open = { id: view.id, hash: view.hash, fields };
  modal.replaceChildren(h('form', {
    noValidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      if (!submit || missing(view, fields)) return;
      submit.disabled = true;
      await act('submit', { view: view.id, values: values() });
      submit.disabled = false;
    },
  }, h('h2', { id: 'modal-title' }, view.title.text), body, h('div', { className: 'foot' }, leave, submit)));
  if (isAnew) modal.querySelector('.b-input input, .b-input textarea, .b-input select')?.focus();
  else body.scrollTop = scrolled;
}

/** Slack itself tells of what is needed and empty. */
function missing(view, fields) {
  let first = null;
  for (const block of view.blocks.filter((one) => one.type === 'input')) {
    const one = fields.get(block.block_id);
    const isEmpty = !block.optional && !String(one.read()).trim();
    one.tell(isEmpty ? 'Please fill this in.' : '');
    if (isEmpty && !first) first = one;
  }
  if (first) first.focus();
  return first !== null;
}

function values() {
  return Object.fromEntries([...open.fields].map(([block, one]) => [block, { [one.action]: one.read() }]));
}

modal.addEventListener('cancel', (event) => {
  event.preventDefault();
  if (open) act('close', { view: open.id });
});

// ----------------------------------------------------------------------------------------------

$('me').onchange = () => {
  me = $('me').value;
  sessionStorage.setItem('me', me);
  state.version = 0;
  waiting.abort();
};
$('log').onclick = () => act('shortcut', { shortcut: 'ombud_log' });
listen();
