// The timeline: at most LIMIT rows, newest first. It is made by hand, not by the library:
// a row that is there costs nothing when the next comes.

import { LIMIT } from './trace.js';
import { timeOf } from './api.js';

// kinds are what entries stand out as, with their words.
export const kinds = {
  REFUSED: { one: 'Refused', many: 'Refused' },
  WITHHELD: { one: 'Withheld', many: 'Withheld' },
  UNHEARD: { one: 'Unheard', many: 'Unheard' },
  NOTE: { one: 'Note', many: 'Notes' },
  ALLOWED: { one: 'Allowed', many: 'Allowed' },
  MESSAGE: { one: 'Message', many: 'Messages' },
};

// kindOf is the kind of an entry: an event of the trace, or a message, which has a publisher.
export function kindOf(entry) {
  if (entry.publisher) return kindOfMessage(entry);
  if (entry.outcome === 'NOTE' && /\bwent to nobody\b/.test(entry.detail || '')) return 'UNHEARD';
  return kinds[entry.outcome] ? entry.outcome : 'NOTE';
}

function kindOfMessage(story) {
  if (story.verdict?.allowed === false) return 'REFUSED';
  return story.deliveries?.length || story.omitted || story.ingest ? 'MESSAGE' : 'UNHEARD';
}

// isComplete tells a message that all have got who were to get it.
const isComplete = (story) => (story.deliveries || []).every((d) => ['sent', 'acknowledged'].includes(d.outcome));

// keyOf tells entries apart; one that grows keeps its key.
export const keyOf = (entry) => entry.publisher ? `m${entry.id}` : entry.seq ? `e${entry.seq}` : '';

export class Timeline {
  // list is an <ol>; open is called with the entry of a row that was chosen.
  constructor(list, open) {
    this.list = list;
    this.rows = []; // {entry, node}, oldest first
    this.byKey = new Map();
    this.held = []; // while paused
    this.paused = false;
    this.filter = { off: new Set(), text: '' };
    this.current = null;
    list.addEventListener('click', (e) => {
      const node = e.target.closest('li');
      if (node) this.choose(node, open);
    });
    list.addEventListener('keydown', (e) => this.move(e));
  }

  add(entries) {
    if (this.paused) {
      this.held.push(...entries);
      if (this.held.length > LIMIT) this.held.splice(0, this.held.length - LIMIT);
      return;
    }
    const fresh = document.createDocumentFragment();
    for (const entry of entries.slice(-LIMIT)) this.put(entry, fresh);
    this.list.prepend(fresh);
    while (this.rows.length > LIMIT) this.forget(this.rows.shift());
    this.list.classList.toggle('none', this.rows.length === 0);
  }

  put(entry, fresh) {
    const key = keyOf(entry), known = this.byKey.get(key);
    if (known) {
      known.entry = entry;
      this.show(known);
      return;
    }
    const row = { entry, key, node: document.createElement('li') };
    row.node.append(document.createElement('button'));
    this.show(row);
    this.rows.push(row);
    if (key) this.byKey.set(key, row);
    fresh.prepend(row.node);
  }

  forget(row) {
    row.node.remove();
    if (row.key) this.byKey.delete(row.key);
  }

  // show writes a row: everything a client sends is put there as text.
  show(row) {
    const { entry, node } = row, kind = kindOf(entry), button = node.firstChild;
    node.className = kind.toLowerCase();
    if (kind === 'MESSAGE' && !isComplete(entry)) node.classList.add('partly');
    node.hidden = !this.selects(entry, kind);
    node.row = row;
    button.type = 'button';
    button.replaceChildren(
      text('time', timeOf(entry.last || entry.time)),
      text('badge', kinds[kind].one + (entry.count > 1 ? ` ×${entry.count}` : '')),
      text('who', entry.client || entry.publisher?.client || '–'),
      text('what', entry.operation || (entry.publisher ? 'Publish' : '')),
      text('topic', entry.topic || entry.filter || ''),
      text('why', sentence(entry)),
    );
  }

  selects(entry, kind) {
    const { off, text: wanted } = this.filter;
    if (off.has(kind)) return false;
    if (!wanted) return true;
    const all = [entry.client, entry.publisher?.client, entry.topic, entry.filter, entry.reason, entry.detail,
      entry.hint, ...(entry.rules || []), ...(entry.deliveries || []).map((d) => d.client)];
    return all.join('\n').toLowerCase().includes(wanted.toLowerCase());
  }

  select(filter) {
    this.filter = filter;
    for (const row of this.rows) row.node.hidden = !this.selects(row.entry, kindOf(row.entry));
  }

  pause(paused) {
    this.paused = paused;
    const held = this.held;
    this.held = [];
    if (!paused) this.add(held);
  }

  clear() {
    for (const row of this.rows) row.node.remove();
    this.rows = [];
    this.byKey.clear();
    this.list.classList.add('none');
  }

  // restart forgets which entry is which: another gateway counts anew.
  restart() {
    for (const row of this.rows) row.key = '';
    this.byKey.clear();
  }

  // find returns the event with a number, if it is here.
  find(seq) { return this.byKey.get(`e${seq}`)?.entry; }

  // back returns to the row that was chosen.
  back() {
    if (this.current?.isConnected) this.current.firstChild.focus();
  }

  choose(node, open) {
    this.current?.firstChild.removeAttribute('aria-current');
    this.current = node;
    node.firstChild.setAttribute('aria-current', 'true');
    open(node.row.entry);
  }

  // move goes from row to row by the arrow keys.
  move(e) {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[e.key];
    if (!step) return;
    let node = e.target.closest('li')?.[step];
    while (node?.hidden) node = node[step];
    if (node) {
      e.preventDefault();
      node.firstChild.focus();
    }
  }
}

function text(name, content) {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = content;
  return span;
}

function sentence(entry) {
  if (entry.publisher) return entry.summary || `${entry.bytes} bytes, QoS ${entry.qos}`;
  return entry.hint || entry.detail || entry.saw || entry.reason || '';
}
