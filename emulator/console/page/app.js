// The page: it puts the panels together, and hands on what one asks of another.

import { html, render, useEffect, useRef, useState } from './vendor/preact.js';
import { account, ask, every, firstLine, lines } from './api.js';
import { Clients } from './clients.js';
import { Detail } from './detail.js';
import { Device } from './device.js';
import { Editor, example } from './editor.js';
import { Rates } from './rates.js';
import { TopicRules, messageOf, trial } from './rules.js';
import { Shadows } from './shadows.js';
import { Timeline, keyOf, kinds } from './timeline.js';
import { Trace } from './trace.js';

function App() {
  const [entry, setEntry] = useState(null); // whose detail is shown
  const [filter, setFilter] = useState('');
  const [seed, setSeed] = useState(example); // of the policy editor
  const [tried, setTried] = useState(trial); // of the statement that is tried
  const timeline = useRef(null);

  const openEvent = async (seq) => {
    const event = timeline.current.find(seq) || await firstLine('_suback/trace', { since: seq - 1 });
    if (event?.seq === seq) setEntry(event);
  };
  const close = () => {
    setEntry(null);
    timeline.current.back();
  };
  const edit = (next) => {
    setSeed({ ...example, ...next });
    document.getElementById('editor').scrollIntoView({ block: 'start' });
  };
  const tryRule = (next) => {
    setTried((now) => ({ ...now, payloadBase64: '', note: '', ...next }));
    document.getElementById('rules').scrollIntoView({ block: 'start' });
  };
  const tryOn = async (story) => tryRule(await messageOf(story.id, story.topic, story.publisher?.client));
  const policyOf = async (client) => {
    const { data } = await ask('_suback/documents', { client });
    if (data) edit({ documents: data, client, clientId: client });
  };
  const why = async (client) => {
    const { data, problem } = await ask('_suback/why', { client });
    setEntry({ ...data, answer: data?.answer || problem, client });
  };
  return html`<${Top} />
    <main>
      <div class="main">
        <${Clients} only=${filter} onOnly=${setFilter} onPolicy=${policyOf} onWhy=${why} />
        <div class="middle">
          <${Live} text=${filter} onText=${setFilter} onOpen=${setEntry} timeline=${timeline} />
          ${entry && html`<${Detail} key=${entry.answer || keyOf(entry)} entry=${entry} onClose=${close}
            onTry=${edit} onOpen=${openEvent} onRule=${tryOn} />`}
        </div>
        <${Device} />
      </div>
      <div class="below"><${Rates} /><${Editor} seed=${seed} /></div>
      <${TopicRules} seed=${tried} onTry=${tryRule} />
      <${Shadows} />
    </main>
    <footer><a href="_suback/console/licences.txt">Licences</a></footer>`;
}

function Top() {
  const [theme, setTheme] = useState(stored());
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    try { localStorage.setItem('suback-theme', theme); } catch { /* then it is forgotten */ }
  }, [theme]);
  return html`<header class="top">
    <h1>Suback</h1>
    <span class="muted">${location.host}${account ? `, account ${account}` : ''}</span>
    <nav aria-label="Parts of the page">
      <a href="#clients">Clients</a><a href="#trace">Trace</a><a href="#device">Test client</a>
      <a href="#rates">Rates</a><a href="#editor">Policy</a>
      <a href="#rules">Rules</a> <a href="#shadows">Shadows</a>
    </nav>
    <label class="theme"><span>Theme</span>
      <select value=${theme} onChange=${(e) => setTheme(e.target.value)}>
        <option value="">system</option><option value="light">light</option><option value="dark">dark</option>
      </select>
    </label>
  </header>`;
}

// stored is the theme that was chosen: the only thing that the page keeps.
function stored() {
  try { return localStorage.getItem('suback-theme') || ''; } catch { return ''; }
}

// Live is the timeline with what is around it.
function Live({ text, onText, onOpen, timeline }) {
  const list = useRef(), trace = useRef();
  const [state, setState] = useState({ name: 'connecting', text: '' });
  const [paused, setPaused] = useState(false);
  const [skipped, setSkipped] = useState(0); // events that came faster than they can be shown
  const [missed, setMissed] = useState(false); // of messages likewise
  const [off, setOff] = useState([]); // kinds that are not shown
  useEffect(() => {
    timeline.current = new Timeline(list.current, onOpen);
    const take = (events, lost) => {
      timeline.current.add(events);
      if (lost) setSkipped((n) => n + lost);
    };
    trace.current = new Trace(take, (name, said) => setState({ name, text: said }),
      () => timeline.current.restart());
    return watchMessages(timeline.current, () => setMissed(true));
  }, []);
  useEffect(() => timeline.current.select({ text, off: new Set(off) }), [text, off]);
  const pause = () => {
    timeline.current.pause(!paused);
    setPaused(!paused);
  };
  const toggle = (kind) => setOff(off.includes(kind) ? off.filter((k) => k !== kind) : [...off, kind]);
  return html`<section class="panel stream" id="trace" aria-labelledby="trace-title">
    <div class="bar">
      <h2 id="trace-title">Trace</h2>
      <span class=${`state ${state.name}`} role="status">${paused ? 'paused' : state.name}</span>
      <button type="button" onClick=${pause} aria-pressed=${paused ? 'true' : 'false'}>Pause</button>
      <button type="button" onClick=${() => timeline.current.clear()}>Clear</button>
    </div>
    ${state.text && html`<p class="warning">${state.text}
      ${state.name === 'ended' && html`<button type="button"
        onClick=${() => trace.current.again()}>Follow again</button>`}</p>`}
    ${skipped > 0 && html`<p class="warning">${`${skipped} events came faster than they can be shown; ` +
      '/_suback/trace has those that are still held.'}</p>`}
    ${missed && html`<p class="warning">Messages came faster than they are asked for here;
      ${' '}/_suback/messages has those that are still held.</p>`}
    <div class="filter">
      <label class="field"><span>Filter</span>
        <input type="search" value=${text} onInput=${(e) => onText(e.target.value)}
          placeholder="client, topic, reason, rule" autocomplete="off" spellcheck=${false} /></label>
      <div class="kinds" role="group" aria-label="Kinds">${Object.entries(kinds).map(([kind, words]) => html`
        <button type="button" class=${kind.toLowerCase()} aria-pressed=${off.includes(kind) ? 'false' : 'true'}
          onClick=${() => toggle(kind)}>${words.many}</button>`)}</div>
    </div>
    <ol class="timeline none" ref=${list} aria-label="events, newest first"></ol>
    <p class="empty waiting">Nothing has been refused or withheld yet.
      ${' '}Connect a device, or the test client.</p>
  </section>`;
}

const MESSAGES = 200; // that are asked for at once

// watchMessages adds the latest messages, if the gateway keeps what became of them.
// missed is called when there have been more in between than are asked for.
function watchMessages(timeline, missed) {
  const told = new Map(); // summaries, by id
  let there = true;
  return every(1, async () => {
    const stories = there ? await lines('_suback/messages', { limit: MESSAGES }) : [];
    there &&= stories !== null;
    const fresh = (stories || []).filter((s) => told.get(s.id) !== s.summary);
    if (told.size && stories?.length === MESSAGES && !stories.some((s) => told.has(s.id))) missed();
    for (const s of fresh) told.set(s.id, s.summary);
    for (const id of told.keys()) if (told.size > 1000) told.delete(id); // the oldest first
    if (fresh.length) timeline.add(fresh);
  });
}

const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
