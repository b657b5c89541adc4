// The shadows of things: what is desired, what is reported, and how they differ; desired
// can be changed, as an app would.

import { html, useEffect, useState } from './vendor/preact.js';
import { ask, every, timeOf } from './api.js';

const LIMIT = 500; // shadows that are offered

const nameOf = (s) => s.shadowName ? `${s.thingName}/${s.shadowName}` : s.thingName;
const pathOf = (s) => `_suback/shadows/${encodeURIComponent(s.thingName)}`;
const text = (section) => JSON.stringify(section || {}, null, 2);

export function Shadows() {
  const [all, setAll] = useState(null), [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(null), [problem, setProblem] = useState('');
  useEffect(() => every(1, async () => {
    const { data, problem } = await ask('_suback/shadows', { search, limit: LIMIT + 1 });
    setProblem(problem || '');
    if (data) setAll(data);
  }), [search]);
  const shown = (all || []).slice(0, LIMIT);
  const one = shown.find((s) => chosen && nameOf(s) === nameOf(chosen)) || shown[0];
  const choose = (e) => setChosen(shown.find((s) => nameOf(s) === e.target.value));
  return html`<section class="panel shadows" id="shadows" aria-labelledby="shadows-title">
    <div class="bar"><h2 id="shadows-title">Shadows</h2>
      <span class="muted">${all && (all.length > LIMIT ? `first ${LIMIT}` : all.length)}</span></div>
    ${problem && html`<p class="warning">${problem}</p>`}
    <div class="pair">
      <label class="field"><span>Search</span>
        <input type="search" value=${search} autocomplete="off" onInput=${(e) => setSearch(e.target.value)} /></label>
      <label class="field"><span>Shadow</span>
        <select onChange=${choose} disabled=${!one}>${shown.map((s) => html`
          <option selected=${s === one}>${nameOf(s)}</option>`)}</select></label>
    </div>
    ${one ? html`<${Shadow} key=${nameOf(one)} of=${one} />`
      : html`<p class="empty">${search ? 'No shadow has that in its name.'
        : 'No thing has a shadow yet: the first update makes one.'}</p>`}
  </section>`;
}

function Shadow({ of }) {
  const [document, setDocument] = useState(null), [problem, setProblem] = useState('');
  const look = async () => {
    const { data, problem } = await ask(pathOf(of), { name: of.shadowName });
    setDocument(data);
    setProblem(problem || '');
  };
  useEffect(() => every(1, look), []);
  if (!document) return problem && html`<p class="warning">${problem}</p>`;
  const { desired, reported, delta } = document.state;
  return html`<p class="muted">version ${document.version}, at ${timeOf(document.timestamp * 1000)}</p>
    <div class="sections">
      <${Section} name="Desired" of=${desired} />
      <${Section} name="Reported" of=${reported} />
      <${Section} name="Delta" of=${delta} none="no difference" />
    </div>
    <${Change} of=${of} desired=${desired} onChanged=${look} />`;
}

const Section = ({ name, of, none = 'nothing' }) => html`<div>
  <h3>${name}</h3>
  ${of ? html`<pre tabindex="0" aria-label=${name}>${text(of)}</pre>` : html`<p class="muted">${none}</p>`}
</div>`;

// Change publishes an update of desired; the answer is AWS's.
function Change({ of, desired, onChanged }) {
  const [draft, setDraft] = useState(null), [said, setSaid] = useState(null);
  const send = async (e) => {
    e.preventDefault();
    let wanted;
    try {
      wanted = JSON.parse(draft ?? text(desired));
    } catch (e) {
      return setSaid({ problem: e.message });
    }
    const { data, problem } = await ask(pathOf(of), { name: of.shadowName }, { state: { desired: wanted } });
    setSaid(data ? { version: data.version } : { problem });
    if (data) setDraft(null);
    onChanged();
  };
  return html`<form aria-label="Change desired" onSubmit=${send}>
    <label class="field"><span>Change of desired: null takes a member out</span>
      <textarea rows="5" value=${draft ?? text(desired)} spellcheck=${false}
        onInput=${(e) => setDraft(e.target.value)}></textarea></label>
    <div class="buttons"><button type="submit">Update desired</button>
      <span role="status">${said?.version && `accepted, version ${said.version}`}</span></div>
    ${said?.problem && html`<p class="warning">${said.problem}</p>`}
  </form>`;
}
