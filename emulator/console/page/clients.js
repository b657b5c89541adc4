// Who is connected, who is away and has a session that waits, and for how long.

import { html, useEffect, useState } from './vendor/preact.js';
import { ask, every } from './api.js';

const LIMIT = 200; // clients that are shown

export function Clients({ only, onOnly, onPolicy, onWhy }) {
  const [all, setAll] = useState(null), [search, setSearch] = useState('');
  const [problem, setProblem] = useState(''), [now, setNow] = useState(Date.now());
  useEffect(() => every(1, async () => {
    const { data, problem } = await ask('_suback/clients', { offline: 1, search, limit: LIMIT + 1 });
    setProblem(problem || '');
    if (data) setAll(data);
    setNow(Date.now());
  }), [search]);
  const nobody = search ? 'No client has that in its id.'
    : 'Nobody is connected. The test client can be the first.';
  return html`<section class="panel clients" id="clients" aria-labelledby="clients-title">
    <div class="bar">
      <h2 id="clients-title">Clients</h2>
      <span class="muted">${all && (all.length > LIMIT ? `first ${LIMIT}` : all.length)}</span>
    </div>
    <label class="field"><span>Search</span>
      <input type="search" value=${search} autocomplete="off"
        onInput=${(e) => setSearch(e.target.value)} /></label>
    ${problem && html`<p class="warning">${problem}</p>`}
    ${all?.length === 0 && !problem && html`<p class="empty">${nobody}</p>`}
    <ul class="scroll" tabindex="0" aria-label="clients">${(all || []).slice(0, LIMIT).map((c) => html`
      <${Client} key=${c.clientId} c=${c} now=${now} only=${only === c.clientId} onOnly=${onOnly}
        onPolicy=${onPolicy} onWhy=${onWhy} />`)}</ul>
  </section>`;
}

function Client({ c, now, only, onOnly, onPolicy, onWhy }) {
  const on = c.state !== 'offline';
  return html`<li class=${on ? 'client on' : 'client off'}>
    <details>
      <summary><span class="state">${on ? 'connected' : 'offline'}</span> <b>${c.clientId}</b>
        <span class="muted">${on ? `${c.protocol}, ${c.listener}` : `${c.waiting || 0} waiting`}</span></summary>
      <dl>${facts(c, now).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </details>
    <ul class="filters" aria-label=${`subscriptions of ${c.clientId}`}>
      ${c.subscriptions.map((f) => html`<li><code>${f}</code></li>`)}
      ${c.subscriptions.length === 0 && html`<li class="muted">no subscription</li>`}
    </ul>
    <p class="life">${life(c, now)}</p>
    <div class="buttons">
      <button type="button" aria-pressed=${only ? 'true' : 'false'}
        onClick=${() => onOnly(only ? '' : c.clientId)}>Only this</button>
      ${on && html`<button type="button" onClick=${() => onPolicy(c.clientId)}>Policy</button>`}
      <button type="button" onClick=${() => onWhy(c.clientId)}>Why nothing?</button>
    </div>
  </li>`;
}

function facts(c, now) {
  const on = c.state !== 'offline';
  const session = c.sessionExpiry ? `${span(c.sessionExpiry * 1000)} beyond the connection`
    : on && 'ends with the connection';
  return [
    ['Principal', c.principalId], ['By', c.authenticationType], ['Authorizer', c.authorizer],
    ['Thing', c.thingName], ['From', c.source], ['For', on && span(now - new Date(c.connectedAt))],
    ['Keep alive', c.keepAlive && span(c.keepAlive * 1000)], ['Session', session], ['Connection', c.connectionId],
  ].filter(([, value]) => value);
}

// life says how long a client still may.
function life(c, now) {
  const until = (at) => span(new Date(at) - now);
  if (c.state === 'offline') return c.sessionEndsAt ? `session ends in ${until(c.sessionEndsAt)}` : '';
  const parts = [];
  if (c.disconnectAt) parts.push(`ends in ${until(c.disconnectAt)}`);
  if (c.refreshAt) parts.push(`authorizer asked again in ${until(c.refreshAt)}`);
  return parts.join(', ') || 'may stay for as long as it likes';
}

const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]; // with their seconds

// span is a time in its two largest units.
function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000)), i = units.findIndex(([, n]) => s >= n);
  if (i < 0) return '0 s';
  const [unit, n] = units[i], next = units[i + 1], rest = next ? Math.floor((s % n) / next[1]) : 0;
  return `${Math.floor(s / n)} ${unit}${rest ? ` ${rest} ${next[0]}` : ''}`;
}
