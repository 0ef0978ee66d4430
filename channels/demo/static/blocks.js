/* Renders Block Kit, as much of it as the desk uses. People's words only ever become text nodes. */

/** An element with its attributes (properties where there are such) and children. */
export function h(name, told = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(told)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key in element && !key.startsWith('aria')) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined));
  return element;
}

/** Blocks of a message or view. `act(action, value)` is called for what is pressed; `people` are
 *  offered where a person is asked for; inputs put themselves into the map `fields`. */
export function blocks(list, act, people = [], fields = new Map()) {
  return (list || []).map((block) => (BLOCKS[block.type] || unknown)(block, act, people, fields));
}

const BLOCKS = {
  header: (block) => h('h3', { className: 'b-header' }, words(block.text)),
  section: (block, act) => h(
    'div', { className: 'b-section' },
    h(
      'div', {},
      block.text ? h('div', { className: 'b-text' }, words(block.text)) : null,
      block.fields ? h('dl', { className: 'b-fields' }, block.fields.map(field)) : null,
    ),
    block.accessory ? control(block.accessory, act) : null,
  ),
  context: (block) => h(
    'div', { className: 'b-context' },
    block.elements.map((one) => h('span', {}, words(one))),
  ),
  actions: (block, act) => h(
    'div', { className: 'b-actions' }, block.elements.map((one) => control(one, act)),
  ),
  divider: () => h('hr'),
  input,
};

const unknown = (block) => h('p', { className: 'quiet' }, `(${block.type})`);

/** A field `*Label:* value` or `Label: value`: the part up to the first colon is its label. */
function field(text) {
  const plain = text.type === 'mrkdwn' ? unescaped(text.text.replace(/^\*([^*]*)\*/, '$1')) : text.text;
  const [, label, value] = /^([^:]*):\s*([\s\S]*)$/.exec(plain) || [null, '', plain];
  return h('div', {}, h('dt', {}, label), h('dd', {}, value));
}

// Words ----------------------------------------------------------------------------------------

/** Nodes of a text object; markup only where it is said to be markup. */
export function words(text) {
  return text.type === 'mrkdwn' ? marked(text.text) : [text.text];
}

const MARKS = /<([^>|]+)(?:\|([^>]*))?>|\*([^*\n]+)\*|`([^`\n]+)`/g;
let names = new Map();

/** Tells by which names people are called. */
export function call(people) {
  names = new Map(people.map((one) => [one.id, one.name]));
}

/** Nodes of Slack's markup: bold, code, links within this site, people. */
export function marked(text) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(MARKS)) {
    const [whole, target, label, bold, code] = found;
    nodes.push(unescaped(text.slice(last, found.index)));
    if (target) nodes.push(linked(target, label));
    else nodes.push(bold ? h('strong', {}, unescaped(bold)) : h('code', {}, unescaped(code)));
    last = found.index + whole.length;
  }
  return [...nodes, unescaped(text.slice(last))];
}

function linked(target, label) {
  if (target.startsWith('@')) return h('b', { className: 'person' }, `@${names.get(target.slice(1)) || target.slice(1)}`);
  const text = unescaped(label || target);
  const address = URL.parse ? URL.parse(unescaped(target), location.href) : null;
  return address && address.origin === location.origin ? h('a', { href: address.href }, text) : text;
}

const unescaped = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

// What is pressed ------------------------------------------------------------------------------

function control(element, act) {
  if (element.type === 'button') {
    return h('button', {
      type: 'button',
      className: element.style || '',
      onclick: () => act(element.action_id, element.value),
    }, element.text.text);
  }
  if (element.type === 'overflow' || element.type === 'static_select') return menu(element, act);
  return h('span', { className: 'quiet' }, `(${element.type})`);
}

/** A menu that opens on a press; Escape, or going elsewhere, closes it. */
function menu(element, act) {
  const label = element.placeholder ? `${element.placeholder.text} ▾` : '⋯';
  const name = element.placeholder ? undefined : 'More actions';
  const summary = h('summary', { role: 'button', 'aria-label': name }, label);
  const details = h('details', {
    className: 'menu',
    onfocusout: ({ relatedTarget }) => { if (!details.contains(relatedTarget)) details.open = false; },
    onkeydown: ({ key }) => {
      if (key !== 'Escape' || !details.open) return;
      details.open = false;
      summary.focus();
    },
  }, summary, h('div', {}, element.options.map((option) => h('button', {
    type: 'button',
    onclick: () => {
      details.open = false;
      summary.focus();
      act(element.action_id, option.value);
    },
  }, option.text.text))));
  return details;
}

// What is filled in ----------------------------------------------------------------------------

/** An input with its label, its hint and a place for what is wrong. */
function input(block, act, people, fields) {
  const id = `f-${block.block_id}`;
  const { element } = block;
  const told = { id, required: false, 'aria-describedby': `${id}-hint ${id}-wrong`, 'aria-required': String(!block.optional) };
  const { node, read } = (INPUTS[element.type] || INPUTS.plain_text_input)(element, told, people);
  const wrong = h('p', { id: `${id}-wrong`, className: 'wrong' });
  fields.set(block.block_id, {
    action: element.action_id,
    read,
    tell: (text) => {
      wrong.textContent = text || '';
      node.setAttribute('aria-invalid', String(Boolean(text)));
    },
    focus: () => (node.matches('fieldset') ? node.querySelector('input') : node).focus(),
  });
  const optional = block.optional ? h('span', { className: 'quiet' }, ' (optional)') : null;
  const isGroup = node.matches('fieldset');
  if (isGroup) node.prepend(h('legend', {}, block.label.text, optional));
  return h(
    'div', { className: 'b-input' },
    isGroup ? null : h('label', { htmlFor: id }, block.label.text, optional),
    node,
    h('p', { id: `${id}-hint`, className: 'quiet' }, block.hint ? block.hint.text : ''),
    wrong,
  );
}

const INPUTS = {
  plain_text_input(element, told) {
    const value = element.initial_value || '';
    const limit = element.max_length ? { maxLength: element.max_length } : {};
    const node = element.multiline
      ? h('textarea', { ...told, ...limit, rows: 4, value })
      : h('input', { ...told, ...limit, type: 'text', value, autocomplete: 'off' });
    return { node, read: () => node.value };
  },
  datepicker(element, told) {
    const node = h('input', { ...told, type: 'date', value: element.initial_date || '' });
    return { node, read: () => node.value };
  },
  static_select(element, told) {
    const offered = element.options.map((one) => [one.value, one.text.text]);
    return select(told, offered, element.initial_option && element.initial_option.value);
  },
  users_select(element, told, people) {
    return select(told, people.map((one) => [one.id, one.name]), element.initial_user);
  },
  checkboxes(element, told) {
    const chosen = new Set((element.initial_options || []).map((one) => one.value));
    const node = h('fieldset', { id: told.id }, element.options.map((one) => h(
      'label', {},
      h('input', { type: 'checkbox', value: one.value, checked: chosen.has(one.value) }),
      ' ', words(one.text),
    )));
    return { node, read: () => [...node.querySelectorAll('input:checked')].map((one) => one.value) };
  },
};

function select(told, offered, chosen) {
  const options = [['', '—'], ...offered].map(([value, label]) => h('option', { value }, label));
  const node = h('select', told, options);
  node.value = chosen || '';
  return { node, read: () => node.value };
}
