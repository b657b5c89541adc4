// What is told of one entry of the timeline: the cause, the decision, what would repair
// it, and the story of its message.

import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { ask, timeOf } from './api.js';
import { Considered, Policy, Repair, Rules, repaired, verdictOf } from './decision.js';
import { kindOf, kinds } from './timeline.js';

const members = [['time', 'When'], ['client', 'Client'], ['principal', 'Principal'], ['topic', 'Topic'],
  ['filter', 'Filter'], ['reason', 'Reason'], ['detail', 'Detail'], ['saw', 'The client saw'],
  ['protocol', 'Protocol'], ['listener', 'Listener'], ['source', 'Source'], ['authorizer', 'Authorizer'],
  ['connectionId', 'Connection'], ['traceId', 'Trace id'], ['count', 'Times'], ['last', 'Last']];

// Detail is about an event of the trace, a message, or an answer to "why".
export function Detail({ entry, onClose, onTry, onOpen, onRule }) {
  const title = useRef(), [more, setMore] = useState({});
  useEffect(() => {
    let here = true;
    title.current.focus({ preventScroll: true });
    title.current.scrollIntoView({ block: 'nearest' });
    gather(entry).then((found) => here && setMore(found));
    return () => { here = false; };
  }, []);
  const kind = entry.answer ? 'NOTE' : kindOf(entry), isEvent = !entry.publisher && !entry.answer;
  const { decision, documents, repair } = more;
  const tryIt = documents && repair && decision && (() => onTry({ documents: repaired(documents, repair),
    action: decision.action, name: decision.name, client: more.client, clientId: more.client }));
  return html`<section class=${`panel detail ${kind.toLowerCase()}`} aria-labelledby="detail-title"
      onKeyDown=${(e) => e.key === 'Escape' && onClose()}>
    <div class="bar"><h2 id="detail-title" ref=${title} tabindex="-1">${titleOf(entry, kind)}</h2>
      <button type="button" onClick=${onClose}>Close</button></div>
    ${entry.answer && html`<p class="hint">${entry.answer}</p>`}
    ${entry.hint && html`<p class="hint">${entry.hint}</p>`}
    <${Rules} rules=${entry.rules} />
    ${entry.see > 0 && html`<p><button type="button"
      onClick=${() => onOpen(entry.see)}>The refusal behind it</button></p>`}
    ${entry.answer && entry.event > 0 && html`<p><button type="button"
      onClick=${() => onOpen(entry.event)}>The record behind it</button></p>`}
    ${decision && html`<h3>The decision</h3><p class="verdict">${verdictOf(decision)}</p>`}
    <${Repair} repair=${repair} onTry=${tryIt} />
    ${decision && html`<${Considered} decision=${decision} />`}
    ${decision && documents?.map((d) => html`<${Policy} key=${d.name} ...${d} decision=${decision} />`)}
    ${more.gone && html`<p class="muted">Its policy is not shown: ${more.gone}</p>`}
    ${isEvent && html`<h3>The record</h3><${Members} entry=${entry} />`}
    <${Story} story=${more.story} about=${entry} onOpen=${onOpen} onRule=${onRule} />
    ${more.unknown && html`<p class="muted">What became of the message is not known any more.</p>`}
  </section>`;
}

function titleOf(entry, kind) {
  if (entry.answer) return `Why: ${entry.client}${entry.topic ? ` and ${entry.topic}` : ''}`;
  if (entry.publisher) return `${kinds[kind].one}: ${entry.topic}`;
  return `${kinds[kind].one}: ${entry.operation}${entry.client ? ` of ${entry.client}` : ''}`;
}

// gather asks for what belongs to an entry. What is not known is left out.
async function gather(entry) {
  const id = entry.publisher ? entry.id : entry.message || entry.topic && entry.traceId;
  const story = id ? (await ask(`_suback/messages/${encodeURIComponent(id)}`)).data : null;
  const decision = entry.decision || entry.publisher && story?.verdict?.decision || null;
  const client = entry.client || entry.publisher?.client, event = entry.seq || story?.verdict?.event;
  const [repair, documents] = await Promise.all([
    entry.answer ? { data: entry.repair } : decision && !decision.allowed ? ask('_suback/repair', { event }) : {},
    decision ? ask('_suback/documents', { client }) : {},
  ]);
  const mends = repair.data?.patch?.length > 0 || repair.data?.statement || repair.data?.warning;
  return { story, decision, client, unknown: id && !story && (entry.publisher || decision), repair: mends ? repair.data : null,
    documents: documents.data, gone: decision && !documents.data && documents.problem };
}

function Members({ entry }) {
  const there = members.filter(([name]) => entry[name] && !(name === 'count' && entry.count === 1));
  const shown = (name) => name === 'time' || name === 'last' ? timeOf(entry[name]) : String(entry[name]);
  return html`<dl>${there.map(([name, label]) => html`
    <div><dt>${label}</dt><dd>${shown(name)}</dd></div>`)}</dl>`;
}

// Story tells what became of a message.
function Story({ story, about, onOpen, onRule }) {
  if (!story) return null;
  const p = story.publisher || {}, by = `${p.client || p.by || p.kind}${p.protocol ? `, ${p.protocol}` : ''}`;
  const retained = story.retain ? `, retain${story.retained ? `: ${story.retained}` : ''}` : '';
  return html`<section class="story" aria-label="Story of the message">
    <h3>The story of the message</h3>
    <p>${story.summary}</p>
    <dl>
      <div><dt>Published</dt><dd>${timeOf(story.time)} by ${by}</dd></div>
      <div><dt>Message</dt><dd>QoS ${story.qos}, ${story.bytes} bytes${retained}</dd></div>
      ${story.verdict?.statement && html`<div><dt>Decided by</dt>
        <dd><code>${story.verdict.statement}</code></dd></div>`}
      ${story.verdict?.onAws && html`<div><dt>On AWS</dt><dd>${story.verdict.onAws}; enforce is log here</dd></div>`}
      ${story.ingest && html`<div><dt>Basic Ingest</dt><dd>rule ${story.ingest}</dd></div>`}
    </dl>
    <ul class="deliveries">${(story.deliveries || []).map((d) => html`
      <${Delivery} d=${d} about=${about} onOpen=${onOpen} />`)}</ul>
    ${story.rules?.length > 0 && html`<h4>Topic rules</h4>
      <ul class="deliveries">${story.rules.map((r) => html`<${Ruling} r=${r} />`)}</ul>`}
    <p><button type="button" onClick=${() => onRule(story)}>Try a rule on it</button></p>
    ${story.omitted > 0 && html`<p class="muted">and ${story.omitted} more</p>`}
    ${story.near?.length > 0 && html`<h4>Close, and not the same</h4>
      <ul>${story.near.map((n) => html`<li><b>${n.client}</b> <code>${n.filter}</code>: ${n.why}
        <${Rules} rules=${n.rule ? [n.rule] : []} /></li>`)}</ul>`}
  </section>`;
}

// Ruling is what a topic rule made of the message.
const Ruling = ({ r }) => html`<li class=${r.outcome === 'executed' ? '' : 'not'}>
  <b>${r.ruleName}</b> <span class="badge">${r.outcome}</span> ${r.detail}
  ${(r.actions || []).map((a) => html`<p>${a.action}: ${a.error || a.answer}${a.hint ? ` (${a.hint})` : ''}</p>`)}
</li>`;

function Delivery({ d, about, onOpen }) {
  const arrived = d.outcome === 'sent' || d.outcome === 'acknowledged';
  return html`<li class=${arrived ? '' : 'not'}>
    <b>${d.client || `$share/${d.group}`}</b>${' '}
    <span class="badge">${d.outcome}${d.onAws ? `; on AWS ${d.onAws}` : ''}</span> <code>${(d.filters || []).join(', ')}</code>
    ${(d.hint || d.detail) && html`<p>${d.hint || d.detail}</p>`}
    ${d.event > 0 && d.event !== about.seq && html`<button type="button"
      onClick=${() => onOpen(d.event)}>The decision</button>`}
  </li>`;
}
