/* The complaint chat: <script type="module" async src="https://…/widget.js"></script> puts a launcher on any page. Options,
 * there or on an <ombud-chat>: data-language, data-position="left", data-label, data-inline. Colours: see STYLE. */
const SERVER = new URL('.', import.meta.url);
const LONGEST = 20_000; // characters in a message
const TYPING_AFTER = 300; // ms
const SILENCE = 45_000; // ms without a byte (the server sends one every 15 s): the stream is dead
const HIDDEN_POLL = 20_000; // ms; browsers allow six connections to a server, so a hidden tab gives its stream back

function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(path) {
  const make = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const svg = make('svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(make('path'));
  svg.firstChild.setAttribute('d', path);
  return svg;
}

const ICONS = {
  chat: 'M4 5h16v11H10l-5 4v-4H4z',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 20V5M6 11l6-6 6 6',
  attach: 'M9 13l6-6a2 2 0 013 3l-8 8a4 4 0 01-6-6l8-8',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
};

/** Such an address ends in a UUID; crypto.randomUUID is missing on an intranet without https. */
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

const characters = (text) => [...text].length;
const joined = (parts, by = '\n') => parts.filter(Boolean).join(by);

/** A browser may forbid storage: the conversation then lasts as long as the page. */
function openStorage() {
  try {
    return localStorage;
  } catch {
    const kept = {};
    return { getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; } };
  }
}
const storage = openStorage();
const keyOf = (name) => `ombud ${SERVER} ${name}`;
const load = (name, otherwise = null) => JSON.parse(storage.getItem(keyOf(name))) ?? otherwise;
const save = (name, value) => storage.setItem(keyOf(name), JSON.stringify(value));

/** One tab at a time where the browser can; the server tolerates two. */
const alone = (work) => (navigator.locks ? navigator.locks.request(keyOf('lock'), work) : work());

const sleepers = new Set();
const wake = () => {
  sleepers.forEach((rise) => rise());
  sleepers.clear();
};
const sleep = (ms) => new Promise((rise) => {
  sleepers.add(rise);
  setTimeout(rise, ms);
});

/** With jitter, so that a restarted server isn't met by everybody at once. */
const backoff = (failures) => Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2);

/** Dates as in the person's own region; no browser knows the language `keys`. */
const localeOf = (language) => [navigator.language, language, 'en'].find((tag) => /^[a-z]{2,3}\b/.test(tag) && tag.startsWith(language)) ?? 'en';

const address = (path) => new URL(`chat/${path}`, SERVER);

async function call(path, { token, headers, ...options } = {}) {
  const identity = token && { Authorization: `Bearer ${token}` };
  const response = await fetch(address(path), { headers: { ...identity, ...headers }, ...options });
  if (response.ok) return response;
  throw Object.assign(new Error(path), { status: response.status, wait: response.headers.get('Retry-After') * 1000, token });
}

/** Sending the same again can't succeed. */
const isRefusal = (status) => status >= 400 && status < 500 && ![401, 408, 429].includes(status);

const post = async (path, token, body) => (await call(path, {
  token,
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
  signal: AbortSignal.timeout(30_000),
})).json();

/** Talks to the server; knows nothing of the page. */
class Conversation {
  #seen = 0; // never taken from a POST: what others said may lie between
  #stream = new AbortController();
  #sending = false;

  constructor(view, language) {
    this.view = view;
    this.language = language;
    const renew = () => { this.#stream.abort(); wake(); };
    addEventListener('online', renew);
    addEventListener('offline', renew);
    document.addEventListener('visibilitychange', renew);
    addEventListener('storage', ({ key }) => {
      if (key !== keyOf('session')) return;
      this.#seen = 0; // another tab began anew
      view.clear();
      renew();
    });
  }

  get session() { return load('session'); }
  get outbox() { return load('outbox', []); }

  async start() {
    this.#flush();
    for (let failures = 0; ;) {
      try {
        await this.#begin();
        await this.#catchUp();
        this.view.connected(true);
        if (failures) wake();
        failures = 0;
        await (document.hidden ? sleep(HIDDEN_POLL) : this.#listen());
      } catch (problem) {
        if (problem.status === 401) this.#restart(problem.token);
        else if (problem.name !== 'AbortError') this.view.connected(!++failures);
        if (problem.wait) await sleep(problem.wait);
      }
      await sleep(backoff(failures));
    }
  }

  async #begin() {
    await alone(async () => {
      if (this.session) return;
      const { token, messages } = await post('conversations', null, { language: this.language || undefined });
      save('session', { token });
      this.#take(messages);
    });
  }

  /** Also the way to live where a proxy swallows streams. */
  async #catchUp() {
    const response = await call(`messages?after=${this.#seen}`, { ...this.session, signal: AbortSignal.timeout(30_000) });
    this.#take((await response.json()).messages, !this.#seen);
  }

  #take(messages, isHistory) {
    this.#seen = Math.max(this.#seen, ...messages.map(({ seq }) => seq));
    this.view.show(messages, isHistory);
  }

  async #listen() {
    const stream = this.#stream = new AbortController();
    let alarm;
    const listenOn = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => stream.abort(), SILENCE);
    };
    listenOn();
    try {
      const { body } = await call('events', {
        ...this.session,
        headers: { 'Last-Event-ID': this.#seen },
        signal: stream.signal,
      });
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = '', chunk; !(chunk = await reader.read()).done;) {
        listenOn();
        const events = (rest + chunk.value).split('\n\n');
        rest = events.pop();
        events.forEach((event) => this.#hear(event));
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  #hear(event) {
    const field = (name) => event.match(new RegExp(`^${name}: (.*)`, 'm'))?.[1];
    if (field('event') === 'typing') this.view.typing();
    if (field('event') === 'message') this.#take([JSON.parse(field('data'))]);
  }

  send(body, label) {
    const item = { body: { id: uuid(), ...body }, label };
    save('outbox', [...this.outbox, item]);
    this.view.pending(item);
    this.#flush();
  }

  /** In order, each under the same id until it is answered. */
  async #flush() {
    if (this.#sending) return;
    this.#sending = true;
    for (let failures = 0; this.outbox.length;) {
      const wait = await alone(() => this.#sendFirst(failures));
      failures = wait ? failures + 1 : 0;
      if (wait) await sleep(wait);
    }
    this.#sending = false;
  }

  /** Returns how long to wait before the next try. */
  async #sendFirst(failures) {
    const [item] = this.outbox;
    if (!item) return 0; // another tab was faster
    if (!this.session) return backoff(failures);
    try {
      this.view.working(true);
      const { messages } = await post('messages', this.session.token, item.body);
      this.#drop(item);
      this.view.answered(item, messages);
    } catch (problem) {
      if (problem.status === 401) this.#restart(problem.token);
      else if (isRefusal(problem.status)) {
        this.#drop(item);
        this.view.refused(item, problem.status);
      } else {
        this.view.delayed(item, problem.status === 429);
        return problem.wait || backoff(failures);
      }
    } finally {
      this.view.working(false);
    }
    return 0;
  }

  #drop(item) {
    save('outbox', this.outbox.filter(({ body }) => body.id !== item.body.id));
  }

  /** Expired or deleted. Words not yet sent go back to the person, not unasked into another conversation. */
  #restart(token) {
    if (this.session && this.session.token !== token) return; // already done
    const unsent = joined(this.outbox.map(({ body }) => body.text), '\n\n');
    this.forget();
    this.view.restarted(unsent);
  }

  forget() {
    save('session', null);
    save('outbox', []);
    this.#seen = 0;
    this.#stream.abort();
    wake();
  }

  /** By XMLHttpRequest: fetch can't report progress. */
  upload(file, { progress, done, failed }) {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append('file', file);
    request.open('POST', address('attachments'));
    request.setRequestHeader('Authorization', `Bearer ${this.session?.token}`);
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () => (request.status === 201 ? done(JSON.parse(request.response).attachment) : failed(request.status));
    request.onerror = () => failed(0);
    request.send(form);
    return () => request.abort();
  }
}

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])|((?<=^|[\s(:])\/[a-z][\w/#?=&-]*)/gi;

/** Nothing else in a text ever becomes markup. */
function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    parts.push(text.slice(end, index), h('a', { href: new URL(found.replace(/^\//, ''), SERVER), target: '_blank', rel: 'noopener' }, found));
    end = index + found.length;
  }
  return [...parts, text.slice(end)];
}

const words = (text, className = 'text') => h('p', { className, dir: 'auto' }, ...linked(text));

const button = (className, onclick, ...children) => h('button', { type: 'button', className, onclick }, ...children);

const iconButton = (className, name, path, onclick, type = 'button') =>
  h('button', { type, className, onclick, 'aria-label': name, title: name }, icon(path));

class OmbudChat extends HTMLElement {
  #messages = new Map(); // seq → message
  #waiting = new Map(); // client id → bubble of a message the server hasn't numbered yet
  #files = new Map(); // row → state of an upload
  #count = 0;
  #open = false;
  #pinned = true; // the log stands at its end, and stays there when it changes its height
  #sendWhenUploaded = false;

  async connectedCallback() {
    if (this.chat) return; // moved within the page
    this.inline = 'inline' in this.dataset;
    const [language] = (this.dataset.language || navigator.language).split('-');
    this.chat = new Conversation(this, language);
    await this.#loadStrings(language);
    // Until now the element shows what stands inside it: the way to complain without this script.
    this.#build();
    if (this.inline) this.open();
    else if (this.chat.session) this.#start();
  }

  async #loadStrings(wished) {
    for (let failures = 0; !this.strings; failures++) {
      try {
        const { strings, language, dir } = await (await call(`strings?language=${wished}`)).json();
        Object.assign(this, { strings, locale: localeOf(language), direction: dir });
      } catch {
        await sleep(backoff(failures));
      }
    }
  }

  #t(key, values = {}) {
    return (this.strings[`widget.${key}`] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }

  #build() {
    const t = (key) => this.#t(key);
    this.log = h('div', { className: 'log', role: 'log', tabIndex: 0, 'aria-label': t('log'), onscroll: () => this.#pin() });
    this.dots = h('div', { className: 'typing', 'aria-hidden': 'true', hidden: true }, '● ● ●');
    this.dots.order = Infinity;
    this.log.append(this.dots);
    this.status = h('p', { className: 'status', role: 'status', dir: 'auto' });
    this.replies = h('div', { className: 'replies', role: 'group', 'aria-label': t('choices'), hidden: true });
    this.rows = h('ul', { className: 'files', hidden: true, 'aria-label': t('files') });
    this.box = h('textarea', {
      id: 'box', rows: 1, dir: 'auto', placeholder: t('message'), enterKeyHint: 'send', value: load('draft', ''),
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#keyInBox(event),
      onpaste: (event) => this.#drop(event, event.clipboardData),
    });
    this.picker = h('input', { type: 'file', multiple: true, hidden: true, onchange: () => this.#picked() });

    const title = h('h2', { id: 'title' }, this.dataset.label || t('title'));
    const person = button('person', () => this.#choose({ action: 'person', label: t('person') }), t('person'));
    const header = h('header', {}, title, person, iconButton('plain', t('forget'), ICONS.leave, () => this.#forget()));
    if (!this.inline) header.append(iconButton('plain', t('close'), ICONS.close, () => this.close()));
    const form = h('form', { onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
      h('label', { htmlFor: 'box', className: 'unseen' }, t('message')), this.box,
      iconButton('plain', t('attach'), ICONS.attach, () => this.picker.click()), this.picker,
      iconButton('send', t('send'), ICONS.send, null, 'submit'));
    this.panel = h('section', {
      className: 'panel', hidden: true, 'aria-labelledby': 'title', role: this.inline ? 'region' : 'dialog',
      onkeydown: ({ key }) => { if (key === 'Escape' && !this.inline) this.close(); },
      ondragover: (event) => event.preventDefault(), // lets files be dropped
      ondrop: (event) => this.#drop(event, event.dataTransfer),
    }, header, this.log, this.status, this.rows, this.replies, form);
    if (!this.inline) this.panel.setAttribute('aria-modal', 'false');

    const place = this.inline ? 'inline' : this.dataset.position || 'right';
    this.root = h('div', { className: `root ${place}`, lang: this.locale, dir: this.direction }, this.panel);
    if (!this.inline) this.root.append(...this.#buildLauncher());
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [STYLE];
    shadow.append(this.root);
    new ResizeObserver(() => this.#pinned && this.#toEnd()).observe(this.log);
    document.addEventListener('visibilitychange', () => this.#read());
    visualViewport?.addEventListener('resize', () => this.style.setProperty('--seen-height', `${visualViewport.height}px`));
  }

  #buildLauncher() {
    this.badge = h('b', { hidden: true, 'aria-hidden': 'true' });
    this.launcher = button('launcher', () => this.open(), icon(ICONS.chat), this.dataset.label || this.#t('launcher'), this.badge);
    this.news = h('p', { id: 'news', className: 'unseen', role: 'status' });
    this.launcher.setAttribute('aria-describedby', 'news');
    return [this.launcher, this.news];
  }

  open() {
    this.#open = true;
    this.#quietly(() => { this.panel.hidden = false; });
    this.#typed(); // only what is shown has a height
    this.#toEnd();
    if (this.launcher) {
      this.launcher.hidden = true;
      this.box.focus();
    }
    this.#start();
    this.#read();
  }

  close() {
    this.#open = false;
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.focus();
  }

  #start() {
    if (this.started) return;
    this.started = true;
    this.chat.outbox.forEach((item) => this.pending(item));
    this.chat.start();
  }

  show(messages, isHistory) {
    const fresh = messages.filter(({ seq }) => !this.#messages.has(seq));
    if (!fresh.length) return;
    const place = () => fresh.map((message) => this.#place(message));
    const nodes = isHistory ? this.#quietly(place) : place();
    const answer = fresh.findIndex(({ from }) => from !== 'complainant');
    if (answer >= 0) this.working(false);
    this.#offer();
    if (isHistory || answer >= 0) this.#toEnd(!isHistory && nodes[answer]);
    this.#read();
  }

  pending(item) {
    const node = this.#article({ from: 'complainant', kind: 'text', text: item.label, at: Date.now() });
    node.append(h('small', { className: 'note', 'aria-live': 'off' }, this.#t(this.offline ? 'waiting' : 'sending')));
    this.#waiting.set(item.body.id, node);
    this.#insert(node, 1e9 + this.#count++);
    this.#offer();
    this.#toEnd();
  }

  answered({ body }, messages) {
    const node = this.#waiting.get(body.id);
    node?.querySelector('.note')?.remove();
    // Its number comes with the stream; until then it stands before its answer.
    if (node) this.#insert(node, Math.min(...messages.map(({ seq }) => seq), this.#last() + 1) - 0.5);
    this.show(messages);
  }

  delayed({ body }, tooMany) {
    const note = this.#waiting.get(body.id)?.querySelector('.note');
    if (note) note.textContent = this.#t(tooMany ? 'slow_down' : 'waiting');
  }

  refused(item, status) {
    this.#waiting.get(item.body.id)?.remove();
    this.#waiting.delete(item.body.id);
    this.#giveBack(item.body.text);
    this.#say(this.#refusal('error', status));
    this.#offer();
  }

  #refusal(kind, status) {
    const key = `${kind}_${status}`;
    return this.#t(`widget.${key}` in this.strings ? key : `${kind}_refused`);
  }

  restarted(text) {
    this.clear();
    this.#giveBack(text);
    this.#say(this.#t('restarted'));
  }

  clear() {
    this.#messages.clear();
    this.#waiting.clear();
    this.log.replaceChildren(this.dots);
    save('read', 0);
    this.#offer();
  }

  connected(yes) {
    const changed = yes === !!this.offline;
    this.offline = !yes;
    if (changed) this.#say(this.#t(yes ? 'online' : 'offline'));
    this.root.classList.toggle('offline', !yes);
  }

  working(yes) {
    clearTimeout(this.timer);
    if (yes) this.timer = setTimeout(() => this.typing(), TYPING_AFTER);
    else this.dots.hidden = true;
  }

  typing() {
    clearTimeout(this.timer);
    this.dots.hidden = false;
    this.timer = setTimeout(() => this.working(false), 8000);
    this.#toEnd();
  }

  #place(message) {
    this.#messages.set(message.seq, message);
    const node = this.#waiting.get(message.id) ?? this.#article(message);
    node.querySelector('.note')?.remove();
    this.#waiting.delete(message.id);
    this.#insert(node, message.seq);
    return node;
  }

  /** Screen readers would read a moved node again. */
  #insert(node, order) {
    node.order = order;
    const next = [...this.log.children].find((other) => other !== node && other.order > order);
    if (node.nextSibling !== next) this.log.insertBefore(node, next);
  }

  #article(message) {
    const { from, kind, at, text, attachments = [] } = message;
    const when = new Date(at);
    const today = when.toDateString() === new Date().toDateString();
    const time = (options) => when.toLocaleString(this.locale, options);
    const body = { acknowledgement: () => this.#receipt(message), check: () => this.#summary(message) }[kind];
    return h('article', { className: `${from} is-${kind}`, title: time({ dateStyle: 'full', timeStyle: 'short' }) },
      h('b', { className: 'who' }, this.#t(from)),
      body ? body() : words(joined([text, ...attachments.map(({ name }) => name)])),
      // Noise when read aloud each time; the article's title tells it too.
      h('time', { 'aria-hidden': 'true' }, time(today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' })));
  }

  /** The text tells reference and code too; here they stand large above it. */
  #receipt({ text, reference, private_code: code }) {
    const rest = text.split('\n').filter((line) => !line.endsWith(reference) && !(code && line.endsWith(code))).join('\n');
    const entry = (key, value) => h('div', {}, h('dt', {}, this.#t(key)), h('dd', { dir: 'ltr' }, value));
    const list = h('dl', {}, entry('reference', reference));
    if (code) list.append(entry('private_code', code));
    const copy = () => navigator.clipboard.writeText(list.innerText)
      .then(() => this.#say(this.#t('copied')));
    return h('div', { className: 'card' }, list, h('div', { 'aria-live': 'off' }, button('', copy, this.#t('copy'))), words(rest.replace(/\n{3,}/g, '\n\n')));
  }

  /** Lines "What: answer" with the Change button that names it; the first, the story, may hold lines of any kind. */
  #summary({ text, choices }) {
    const card = h('div', { className: 'card' });
    const lines = text.split('\n').filter((line) => line.trim());
    const end = lines.findLastIndex((line) => ANSWER.test(line));
    const answers = [];
    lines.forEach((line, at) => {
      const [, name, value] = line.match(ANSWER) ?? [];
      const change = name && choices.find(({ action, label }) => isChange(action) && label.includes(name));
      const goesOn = answers[1] ? !name : !change;
      if (answers.length && goesOn && at < end) return answers.at(-1).append('\n', ...linked(line));
      if (!name) return card.append(words(line, 'lead'));
      const answer = h('span', { dir: 'auto' }, ...linked(value));
      answers.push(answer);
      card.append(h('div', { className: 'line' }, h('p', {}, h('b', {}, name), ' ', answer),
        h('div', { 'aria-live': 'off' }, ...(change ? [this.#choice(change, name)] : []))));
    });
    return card;
  }

  #last() { return Math.max(0, ...this.#messages.keys()); }

  /** The choices of the last message, until anything is said after it. */
  #offer() {
    const article = this.dots.previousSibling;
    const latest = this.#messages.get(article?.order);
    if (latest === this.offered) return;
    this.offered = latest;
    this.log.querySelectorAll('.change').forEach((change) => { change.hidden = !latest || !article.contains(change); });
    const choices = (latest?.choices ?? []).filter(({ action }) => !article.querySelector(`.change[value="${action}"]`));
    this.replies.replaceChildren(...choices.map((choice) => this.#choice(choice)));
    this.replies.hidden = !choices.length;
  }

  /** What a button is about is seen beside it, and said in its name. */
  #choice(choice, about) {
    const { action, label } = choice;
    const [seen] = label.split(about);
    const kind = about ? 'change' : action === 'send' ? 'primary' : /^\d$/.test(action) ? 'number' : '';
    const props = { type: 'button', className: kind, value: action, dir: 'auto', 'aria-label': label, onclick: () => this.#choose(choice) };
    return h('button', props, seen.replace(/:? *$/, '') || label);
  }

  #choose({ action, label }) {
    if (action === 'copy') this.#saveCopy();
    else this.chat.send({ action }, label);
    // On a phone the keyboard would cover the answer that is about to come.
    (matchMedia('(pointer: coarse)').matches ? this.log : this.box).focus();
  }

  /** To the end, but not past the beginning of the answer. */
  #toEnd(first) {
    const end = this.log.scrollHeight;
    this.log.scrollTop = first ? Math.min(end, first.offsetTop - 12) : end;
  }

  #pin() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.#pinned = scrollHeight - scrollTop - clientHeight < 40;
  }

  /** Without being read aloud; assistive technology looks a moment later. */
  #quietly(change) {
    this.log.setAttribute('aria-live', 'off');
    setTimeout(() => this.log.removeAttribute('aria-live'), 300);
    return change();
  }

  #read() {
    const looking = this.#open && !document.hidden;
    if (looking) save('read', this.#last());
    const unread = [...this.#messages.values()].filter(({ seq, from }) => seq > load('read', 0) && from !== 'complainant').length;
    document.title = (unread ? `(${unread}) ` : '') + document.title.replace(/^\(\d+\) /, '');
    if (!this.badge) return;
    this.badge.hidden = !unread;
    this.badge.textContent = unread;
    this.news.textContent = unread ? this.#t('unread', { count: unread }) : '';
  }

  #say(text) {
    this.status.textContent = text;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { if (!this.offline) this.status.textContent = ''; }, 10_000);
  }

  #typed() {
    save('draft', this.box.value);
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
    const excess = characters(this.box.value) - LONGEST;
    if (excess > 0) this.#say(this.#t('too_long', { count: excess }));
  }

  #giveBack(text) {
    if (!text) return;
    this.box.value = joined([text, this.box.value], '\n\n');
    this.#typed();
  }

  #keyInBox(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.box.value.trim();
    const uploads = [...this.#files];
    this.#sendWhenUploaded = uploads.some(([, { cancel }]) => cancel);
    if (this.#sendWhenUploaded) return this.#say(this.#t('uploading'));
    if (characters(text) > LONGEST) return this.box.focus();
    const ready = uploads.filter(([, { id }]) => id);
    if (!text && !ready.length) return this.box.focus();
    const label = joined([text, ...ready.map(([, { name }]) => name)]);
    const attachments = ready.map(([, { id }]) => id);
    this.box.value = '';
    this.#typed();
    ready.forEach(([row]) => this.#removeFile(row));
    this.#say('');
    this.chat.send({ ...(text && { text }), ...(attachments.length && { attachments }) }, label);
  }

  #picked() {
    [...this.picker.files].forEach((file) => this.#attach(file));
    this.picker.value = '';
    this.box.focus();
  }

  #drop(event, { files }) {
    if (!files.length) return;
    event.preventDefault();
    [...files].forEach((file) => this.#attach(file));
  }

  #attach(file) {
    const { name } = file;
    const bar = h('progress', { max: 1, value: 0, 'aria-label': name });
    const note = h('small', { role: 'status' });
    const remove = iconButton('plain', this.#t('remove', { name }), ICONS.close, () => this.#removeFile(row));
    const row = h('li', {}, h('div', {}, h('span', { dir: 'auto' }, name), note), bar, remove);
    const state = { name };
    const settle = (...parts) => {
      delete state.cancel;
      bar.hidden = true;
      note.append(...parts);
      if (this.#sendWhenUploaded) this.#submit();
    };
    state.cancel = this.chat.upload(file, {
      progress: (part) => { bar.value = part; },
      done: (id) => { state.id = id; settle(this.#t('ready')); },
      failed: (status) => {
        this.#sendWhenUploaded = false;
        row.className = 'bad';
        if (isRefusal(status)) settle(this.#refusal('file', status));
        else settle(this.#t('file_failed'), ' ', this.#retry(row, file));
      },
    });
    this.#files.set(row, state);
    this.rows.append(row);
    this.rows.hidden = false;
  }

  #retry(row, file) {
    return button('', () => { this.#removeFile(row); this.#attach(file); }, this.#t('retry'));
  }

  #removeFile(row) {
    this.#files.get(row).cancel?.();
    this.#files.delete(row);
    row.remove();
    this.rows.hidden = !this.#files.size;
    this.box.focus();
  }

  #saveCopy() {
    const text = [...this.#messages.values()].sort((one, other) => one.seq - other.seq)
      .map(({ at, from, text }) => joined([new Date(at).toLocaleString(this.locale), this.#t(from), text])).join('\n\n');
    const link = h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/plain' })), download: `${this.#t('file_name')}.txt` });
    link.click();
    URL.revokeObjectURL(link.href);
    this.#say(this.#t('saved'));
  }

  #forget() {
    if (!confirm(this.#t('forget_confirm'))) return;
    this.box.value = '';
    this.#typed();
    this.#say('');
    this.clear();
    this.chat.forget();
  }
}

const ANSWER = /^([^:]{1,40}): +(.+)$/;
const isChange = (action) => action.startsWith('change:');

// Constructed, because a strict content security policy allows that.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:host {
  --ombud-accent: #0b5754;
  --ombud-on-accent: #fff;
  --ombud-paper: #fff;
  --ombud-ground: #f4f6f4;
  --ombud-ink: #17242a;
  --ombud-soft: #dcebe7;
  --ombud-quiet: #536268;
  --ombud-line: #d3dbd7;
  --ombud-edge: #76857f;
  --ombud-bad: #a3221b;
  color-scheme: light dark;
  font: 1rem/1.5 var(--ombud-font, system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --ombud-accent: #7fd0c2;
    --ombud-on-accent: #06201d;
    --ombud-paper: #172123;
    --ombud-ground: #101719;
    --ombud-ink: #e7eeeb;
    --ombud-soft: #1f3d3a;
    --ombud-quiet: #a3b3ae;
    --ombud-line: #2d3b3d;
    --ombud-edge: #7f918c;
    --ombud-bad: #ff9d92;
  }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
.root { color: var(--ombud-ink); overflow-wrap: anywhere; }
button, h2 { overflow-wrap: break-word; }
.unseen, .complainant .who, .bot + .bot .who { position: absolute; inline-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, textarea { font: inherit; color: inherit; border: 1px solid var(--ombud-edge); border-radius: .5rem; background: var(--ombud-paper); }
button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5rem;
  min-block-size: 44px; min-inline-size: 44px; padding: .4rem .9rem; cursor: pointer; text-align: start;
}
:focus-visible { outline: 3px solid var(--ombud-ink); outline-offset: 2px; }
svg { inline-size: 1.35rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
a { color: var(--ombud-accent); }
.plain { padding: 0; border-color: transparent; background: none; }
.send, .primary, .launcher { background: var(--ombud-accent); color: var(--ombud-on-accent); border-color: transparent; font-weight: 600; }
@media (hover) {
  button:hover { border-color: var(--ombud-accent); box-shadow: inset 0 0 0 1px var(--ombud-accent); }
  .send:hover, .primary:hover, .launcher:hover { text-decoration: underline; }
}

.launcher, :not(.inline) > .panel { position: fixed; z-index: 2147483000; inset-block-end: max(1rem, env(safe-area-inset-bottom)); box-shadow: 0 8px 40px #0005; }
.launcher { padding: .7rem 1.2rem; border-radius: 2rem; }
.launcher b { min-inline-size: 1.5rem; padding-inline: .35rem; border-radius: 1rem; background: var(--ombud-on-accent); color: var(--ombud-accent); text-align: center; }
.right > * { inset-inline-end: 1rem; }
.left > * { inset-inline-start: 1rem; }

.panel { display: flex; flex-direction: column; background: var(--ombud-paper); overflow: auto; }
:not(.inline) > .panel { inline-size: 26rem; block-size: min(44rem, 100dvh - 2rem); border: 1px solid var(--ombud-edge); border-radius: 1rem; }
.inline, .inline > .panel { block-size: 100%; }
header { display: flex; align-items: center; gap: .25rem; padding: .4rem .5rem; padding-inline-start: 1rem; border-block-end: 1px solid var(--ombud-line); }
h2 { flex: 1; font-size: 1rem; line-height: 1.25; }
.person { font-size: .9rem; line-height: 1.2; }

.log { position: relative; flex: 1 0 11rem; overflow-y: auto; overscroll-behavior: contain; padding: 1rem; background: var(--ombud-ground); display: flex; flex-direction: column; gap: .4rem; }
.log:focus-visible, textarea:focus-visible { outline-color: var(--ombud-accent); outline-offset: -2px; }
.log > :first-child { margin-block-start: auto; }
article { position: relative; max-inline-size: min(34rem, 90%); align-self: start; }
.complainant { align-self: end; text-align: end; }
.bot + .complainant, .complainant + .bot, .caseworker { margin-block-start: .7rem; }
.who, time, .note { font-size: .8rem; font-weight: 400; color: var(--ombud-quiet); }
.bot:has(+ .bot) time, .complainant:has(+ .complainant) time { display: none; }
.text { white-space: pre-wrap; text-align: start; }
article > .text { padding: .6rem .9rem; border: 1px solid var(--ombud-line); border-radius: 1rem; border-start-start-radius: .25rem; background: var(--ombud-paper); }
.complainant > .text { background: var(--ombud-soft); border-color: transparent; border-radius: 1rem; border-start-end-radius: .25rem; }
.note { margin-inline-start: .5rem; animation: come .2s .3s both; }
.caseworker > .text, .is-status > .text { border-inline-start: 4px solid var(--ombud-accent); }
.caseworker .who { color: var(--ombud-accent); }
.is-notice > .text { border: 0; background: none; color: var(--ombud-quiet); padding-inline: 0; }

.card { display: grid; gap: .75rem; padding: 1.1rem; border: 1px solid var(--ombud-edge); border-radius: .75rem; background: var(--ombud-paper); }
.is-acknowledgement .card { border-block-start: 6px solid var(--ombud-accent); }
.lead:first-child { font-weight: 600; }
dl { display: grid; gap: .5rem; padding-block-end: 1rem; border-block-end: 2px dashed var(--ombud-edge); }
dt, .line b { color: var(--ombud-quiet); font-weight: 400; }
dd { font: 600 1.15rem/1.3 ui-monospace, monospace; letter-spacing: .04em; }
:first-child > dd { font-size: clamp(1.2rem, 6vw, 1.6rem); }
.line { display: flex; align-items: center; gap: .75rem; padding-block-start: .6rem; border-block-start: 1px solid var(--ombud-line); }
.line p { flex: 1; display: flex; flex-wrap: wrap; }
.line b { flex: 0 0 9rem; }
.line span { flex: 1 1 12rem; white-space: pre-wrap; }
.change { font-size: .9rem; border-color: transparent; color: var(--ombud-accent); text-decoration: underline; }

.typing { color: var(--ombud-quiet); animation: come .9s infinite alternate; }
@keyframes come { from { opacity: 0; } }

.status:not(:empty) { padding: .45rem 1rem; font-size: .9rem; border-block-start: 1px solid var(--ombud-line); }
.offline .status { background: var(--ombud-ink); color: var(--ombud-paper); }
.replies { display: flex; flex: none; flex-wrap: wrap; gap: .5rem; max-block-size: 45%; overflow: auto; padding: .75rem 1rem .4rem; }
.replies button { border-color: var(--ombud-accent); }
.number { flex: 1; }
.files { list-style: none; padding: .5rem 1rem 0; }
li { display: flex; align-items: center; gap: .75rem; }
li div { flex: 1; display: grid; }
.bad { color: var(--ombud-bad); }
progress { inline-size: 6rem; accent-color: var(--ombud-accent); }
form { display: flex; align-items: end; gap: .4rem; padding: .4rem .75rem; padding-block-end: max(.75rem, env(safe-area-inset-bottom)); }
textarea { flex: 1; min-inline-size: 0; min-block-size: 46px; max-block-size: 12rem; padding: .6rem .8rem; resize: none; }
::placeholder { color: var(--ombud-quiet); opacity: 1; }
form button { padding: 0; min-block-size: 46px; }

@media (max-width: 30rem) {
  :not(.inline) > .panel { inset: 0; inline-size: auto; block-size: var(--seen-height, 100dvh); border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion) {
  * { animation: none !important; }
}
@media (forced-colors: active) {
  .complainant > .text, .send, .primary, .launcher { border-color: CanvasText; }
}
@media print {
  .log { overflow: visible; }
  form, button, .replies, .status { display: none; }
}
`);

customElements.define('ombud-chat', OmbudChat);

function embed() {
  if (document.querySelector('ombud-chat')) return;
  const script = [...document.scripts].find(({ src }) => src === import.meta.url);
  const chat = h('ombud-chat');
  Object.assign(chat.dataset, script?.dataset);
  if ('inline' in chat.dataset && document.body.contains(script)) script.after(chat);
  else document.body.append(chat);
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', embed);
else embed();
