// The topic rules, with what became of the latest message of each; and a statement that is
// tried on a message with each change, as `suback sql` does.

import { html, useEffect, useState } from './vendor/preact.js';
import { ask, every, timeOf } from './api.js';

const LIMIT = 200; // rules that are shown
const versions = ['2016-03-23', '2015-10-08', 'beta'];

export const trial = {
  statement: "SELECT temp, topic(2) AS pump FROM 'pump/+/state' WHERE temp > 20",
  sqlVersion: versions[0], payload: '{"temp": 21}', topic: 'pump/7/state', clientId: 'pump-7', note: '',
};

// messageOf is what is kept of a message, for a trial.
export async function messageOf(id, topic, clientId = '') {
  const { data, problem } = await ask(`_suback/messages/${encodeURIComponent(id)}/payload`);
  return data ? { payload: '', payloadBase64: '', ...data, note: '' } : { topic, clientId, note: problem };
}

export function TopicRules({ seed, onTry }) {
  const [all, setAll] = useState(null), [problem, setProblem] = useState('');
  useEffect(() => every(2, async () => {
    const { data, problem } = await ask('_suback/topic-rules');
    setProblem(problem || '');
    if (data) setAll(data);
  }), []);
  const count = all && (all.length > LIMIT ? `first ${LIMIT} of ${all.length}` : all.length);
  const load = async (r) => {
    const message = r.last ? await messageOf(r.last.traceId, r.last.topic, r.last.clientId) : {};
    onTry({ statement: r.sql, sqlVersion: r.awsIotSqlVersion, ...message });
  };
  return html`<section class="panel topic-rules" id="rules" aria-labelledby="rules-title">
    <div class="bar"><h2 id="rules-title">Rules</h2><span class="muted">${count}</span></div>
    ${problem && html`<p class="warning">${problem}</p>`}
    ${all?.length === 0 && html`<p class="empty">There is no topic rule yet: topicRules of suback.yaml, or
      ${' '}aws iot create-topic-rule, makes one.</p>`}
    <ul class="deliveries scroll" tabindex="0" aria-label="topic rules">${(all || []).slice(0, LIMIT).map((r) => html`
      <${Rule} key=${r.ruleName} r=${r} onLoad=${load} />`)}</ul>
    <${Trial} seed=${seed} />
  </section>`;
}

function Rule({ r, onLoad }) {
  const { last } = r, ran = last?.outcome === 'executed' && !last.actions?.some((a) => a.error);
  return html`<li class=${ran ? '' : 'not'}>
    <div class="bar"><b>${r.ruleName}</b>
      <span class="badge">${r.ruleDisabled ? 'disabled' : last?.outcome || 'has met no message'}</span>
      ${last && html`<span class="muted">${timeOf(last.time)} <code>${last.topic}</code></span>`}
      <button type="button" onClick=${() => onLoad(r)}>Try it</button></div>
    <code>${r.sql}</code>
    ${last?.detail && html`<p class="muted">${last.detail}</p>`}
    ${last?.actions?.map((a) => html`<p>${a.action}: ${a.error || a.answer}${a.hint ? ` (${a.hint})` : ''}</p>`)}
  </li>`;
}

function Trial({ seed }) {
  const [q, setQ] = useState(seed), [answer, setAnswer] = useState({});
  useEffect(() => setQ(seed), [seed]);
  useEffect(() => {
    let here = true;
    const timer = setTimeout(async () => {
      const { note, ...asked } = q;
      const said = await ask('_suback/sql', {}, asked);
      if (here) setAnswer(said);
    }, 200);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [q]);
  const change = (key) => (e) => setQ({ ...q, [key]: e.target.value });
  const type = (e) => setQ({ ...q, payload: e.target.value, payloadBase64: '' });
  const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false };
  return html`<h3>Try a statement <span class="muted">nothing comes of it</span></h3>
    <div class="columns">
      <form aria-label="Statement" onSubmit=${(e) => e.preventDefault()}>
        <label class="field"><span>Statement</span>
          <textarea name="statement" rows="4" value=${q.statement} onInput=${change('statement')} ...${plain}></textarea></label>
        <div class="pair">
          <label class="field"><span>SQL version</span>
            <select name="sqlVersion" onChange=${change('sqlVersion')}>${versions.map((v) => html`
              <option selected=${v === q.sqlVersion}>${v}</option>`)}</select></label>
          <label class="field"><span>Client id</span>
            <input name="clientId" value=${q.clientId} onInput=${change('clientId')} ...${plain} /></label>
        </div>
        <label class="field"><span>Topic</span>
          <input name="topic" value=${q.topic} onInput=${change('topic')} ...${plain} /></label>
        <label class="field"><span>Payload${q.payloadBase64 ? ', which is no text: another may be typed' : ''}</span>
          <textarea name="payload" rows="4" value=${q.payload} onInput=${type} ...${plain}></textarea></label>
        ${q.note && html`<p class="muted">${q.note}</p>`}
      </form>
      <div class="result" role="status" aria-label="What comes of it"><${Result} ...${answer} /></div>
    </div>`;
}

// Result is what the actions would get, and all that is to be said about it.
function Result({ data, problem }) {
  if (problem) return html`<p class="warning">${problem}</p>`;
  if (!data) return null;
  const { matched, text, payloadBase64, lines, column, error } = data;
  if (column) return html`<p class="verdict no"><b>No statement</b> ${error}</p>`;
  return html`
    <p class=${`verdict ${matched ? 'yes' : 'no'}`}><b>${matched ? 'The actions get' : 'Nothing happens'}</b></p>
    ${matched && html`<pre tabindex="0" aria-label="Result">${payloadBase64 ? `${payloadBase64} (base64)` : text}</pre>`}
    <ul class="reasons">${(lines || []).map((line) => html`<li>${line}</li>`)}</ul>`;
}
