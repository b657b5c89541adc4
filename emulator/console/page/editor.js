// The policy editor: each change asks the gateway, which judges as it judges devices.

import { html, useEffect, useState } from './vendor/preact.js';
import { ask } from './api.js';
import { Considered, Repair, repaired, verdictOf } from './decision.js';

const actions = ['iot:Connect', 'iot:Publish', 'iot:Subscribe', 'iot:Receive', 'iot:RetainPublish'];

export const example = {
  documents: [{ name: 'policy', document: { Version: '2012-10-17', Statement: [
    { Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:aws:iot:*:*:client/${iot:ClientId}' },
    { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: 'arn:aws:iot:*:*:topic/pump/*' },
    { Effect: 'Allow', Action: 'iot:Subscribe', Resource: 'arn:aws:iot:*:*:topicfilter/pump/*' }] } }],
  action: 'iot:Publish', name: 'pump/7/state', clientId: 'pump-7', variables: '',
};

// textOf shows one document as it is, several as a list with their names.
const textOf = (documents) => JSON.stringify(documents.length === 1 ? documents[0].document : documents, null, 2);

// documentsOf reads one policy, a list of policies or of {name, document}, or the answer of
// an authorizer. The only one is called name.
function documentsOf(text, name) {
  const read = JSON.parse(text), answer = read.policyDocuments;
  const list = Array.isArray(read) ? read : answer || [read];
  const called = (i) => list.length === 1 && name || `${answer ? 'LambdaPolicy' : 'policy'}[${i}]`;
  const parsed = (d) => typeof d === 'string' ? JSON.parse(d) : d;
  return list.map((d, i) => d.document ? d : { name: called(i), document: parsed(d) });
}

// variablesOf reads lines "key = value", several of one key being several values.
function variablesOf(text) {
  const values = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) (values[line.slice(0, at).trim()] ||= []).push(line.slice(at + 1).trim());
  }
  return values;
}

// evaluate asks about a client that is connected, so that its variables count; else of
// one that would have the client id.
async function evaluate(q, documents) {
  const body = { documents, action: q.action, name: q.name, variables: variablesOf(q.variables) };
  if (q.client && q.client === q.clientId) {
    const answer = await ask('_suback/evaluate', {}, { ...body, client: q.client });
    if (answer.status !== 404) return answer;
  }
  return ask('_suback/evaluate', {}, { ...body, clientId: q.clientId });
}

export function Editor({ seed }) {
  const [text, setText] = useState(textOf(seed.documents)), [q, setQ] = useState(seed);
  const [answer, setAnswer] = useState(null), [problem, setProblem] = useState('');
  const name = seed.documents.length === 1 ? seed.documents[0].name : '';
  useEffect(() => {
    setText(textOf(seed.documents));
    setQ(seed);
  }, [seed]);
  useEffect(() => {
    let here = true;
    const judge = async () => {
      try {
        const { data, problem } = await evaluate(q, documentsOf(text, name));
        if (!here) return;
        setAnswer(data);
        setProblem(problem || '');
      } catch (e) { // no JSON yet
        setProblem(e.message);
      }
    };
    const timer = setTimeout(judge, 150);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [text, q]);
  const change = (key) => (e) => setQ({ ...q, [key]: e.target.value });
  const apply = () => setText(textOf(repaired(documentsOf(text, name), answer.repair)));
  return html`<section class="panel editor" id="editor" aria-labelledby="editor-title">
    <div class="bar"><h2 id="editor-title">Policy editor</h2>
      <span class="muted">nothing is changed by it</span></div>
    <div class="columns">
      <div>
        <${Question} q=${q} change=${change} />
        <label class="field"><span>Policy, policies, or an authorizer's answer</span>
          <textarea rows="12" value=${text} onInput=${(e) => setText(e.target.value)}
            spellcheck=${false}></textarea></label>
        <label class="field"><span>Variables, a line each: iot:Connection.Thing.ThingName = pump-7</span>
          <textarea rows="2" value=${q.variables} onInput=${change('variables')}
            spellcheck=${false}></textarea></label>
      </div>
      <div class="result" role="status" aria-label="Verdict">
        ${problem && html`<p class="warning">${problem}</p>`}
        ${answer && !problem && html`<${Verdict} answer=${answer} onApply=${apply} />`}
      </div>
    </div>
  </section>`;
}

function Question({ q, change }) {
  const all = actions.includes(q.action) ? actions : [...actions, q.action];
  return html`
    <div class="pair">
      <label class="field"><span>Action</span>
        <select onChange=${change('action')}>${all.map((a) => html`
          <option selected=${a === q.action}>${a}</option>`)}</select></label>
      <label class="field"><span>Client id</span>
        <input value=${q.clientId} onInput=${change('clientId')} autocomplete="off" spellcheck=${false} /></label>
    </div>
    <label class="field"><span>Topic, filter or client id</span>
      <input class="name" value=${q.name} onInput=${change('name')} autocomplete="off" autocapitalize="off"
        spellcheck=${false} /></label>`;
}

function Verdict({ answer, onApply }) {
  const d = answer.decision;
  return html`
    <p class=${`verdict ${d.allowed ? 'yes' : 'no'}`}><b>${d.allowed ? 'Allowed' : 'Not allowed'}</b>
      ${` ${d.allowed ? `${d.action} on ${d.resource}` : verdictOf(d)}`}</p>
    ${d.hint?.text && html`<p class="hint">${d.hint.text}</p>`}
    <${Repair} repair=${answer.repair} onTry=${onApply} tryLabel="Apply it here" />
    <${Considered} decision=${d} />
    ${answer.warnings?.map((w) => html`<p class="warning">${w}</p>`)}
    <${Keys} label="Keys that were used" keys=${answer.used} />
    <${Keys} label="Keys that are missing" keys=${answer.missing} />`;
}

const Keys = ({ label, keys }) => keys?.length > 0 &&
  html`<p class="muted">${label}: <code>${keys.join(', ')}</code></p>`;
