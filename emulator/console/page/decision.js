// A decision: what was asked, each statement and where it parts from the question, the
// policy with that statement marked, and what would repair it.

import { html, useState } from './vendor/preact.js';
import { ask, copy } from './api.js';

export function Copy({ text, what }) {
  const [said, say] = useState('');
  const act = async () => {
    say(await copy(text) ? 'Copied' : 'Select it and copy by hand');
    setTimeout(() => say(''), 2000);
  };
  return html`<button type="button" onClick=${act} aria-label=${`Copy ${what}`}>${said || 'Copy'}</button>`;
}

// Rules are numbers; a click tells what one says.
export function Rules({ rules }) {
  const [told, tell] = useState({});
  const toggle = async (number) => {
    if (told[number]) return tell({ ...told, [number]: undefined });
    const { data, problem } = await ask(`_suback/rules/${encodeURIComponent(number)}`);
    tell({ ...told, [number]: data ? data.text : problem });
  };
  if (!rules?.length) return null;
  return html`<div class="rules">
    ${rules.map((n) => html`<button type="button" class="rule" aria-expanded=${told[n] ? 'true' : 'false'}
      onClick=${() => toggle(n)}>${n}</button>`)}
    ${rules.filter((n) => told[n]).map((n) => html`<p class="rule-text"><b>${n}</b> ${told[n]}</p>`)}
  </div>`;
}

export function verdictOf(d) {
  const verdict = d.allowed ? 'is allowed' : d.explicit ? 'is denied by a statement'
    : 'is allowed by no statement';
  return `${d.action} on ${d.resource} ${verdict}`;
}

export function Considered({ decision }) {
  const all = decision.considered || [];
  if (all.length === 0) return html`<p class="muted">There is no statement at all.</p>`;
  return html`<ol class="considered">${all.map((c) => html`
    <li class=${c.outcome === 'matches' ? `matched ${c.effect.toLowerCase()}` : ''}>
      <div class="statement"><b>${c.effect}</b><code>${(c.actions || []).join(', ')}</code>
        <span class="place">${c.document}.Statement[${c.statement}]${c.sid ? ` “${c.sid}”` : ''}</span>
        <span class="outcome">${c.outcome}</span></div>
      <${Compared} c=${c} />
      ${c.variable && html`<p class="muted">${'${' + c.variable + '}'} is undefined</p>`}
      ${c.condition && html`<p class="muted">condition: ${c.condition}</p>`}
    </li>`)}</ol>`;
}

// Compared shows the question above the pattern, from where they part marked.
function Compared({ c }) {
  if (!c.pattern) return null;
  const parts = c.outcome !== 'matches' && c.position >= 0;
  const shown = (text) => {
    const chars = [...text];
    const same = chars.slice(0, c.position).join(''), other = chars.slice(c.position).join('');
    return parts ? html`${same}<mark>${other}</mark>` : text;
  };
  return html`<div class="compared" tabindex="0" role="group" aria-label="the question beside the policy">
    <div><span class="label">asked</span><code>${shown(c.text || '')}</code></div>
    <div><span class="label">policy</span><code>${shown(c.pattern)}</code></div>
  </div>`;
}

// decisive are the statements of a document that match, else those that came near.
function decisive(decision, name) {
  const all = (decision.considered || []).filter((c) => c.document === name);
  const matches = all.filter((c) => c.outcome === 'matches');
  return (matches.length ? matches : all.filter((c) => c.pattern)).map((c) => c.statement);
}

// Policy shows a document with the statements that decided marked.
export function Policy({ name, document, decision }) {
  const marked = decisive(decision, name), list = Array.isArray(document.Statement);
  const statements = list ? document.Statement : [document.Statement];
  const others = Object.entries(document).filter(([key]) => key !== 'Statement');
  const line = ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  const before = others.map(line).join('');
  const indented = (value) => JSON.stringify(value, null, 2).replace(/^/gm, list ? '    ' : '  ');
  const shown = statements.map((s, i) => html`${marked.includes(i) ? html`<mark>${indented(s)}</mark>` : indented(s)}
    ${i < statements.length - 1 ? ',\n' : '\n'}`);
  return html`<div class="policy">
    <div class="bar"><code>${name}</code>
      <${Copy} what=${`policy ${name}`} text=${JSON.stringify(document, null, 2)} /></div>
    <pre tabindex="0" aria-label=${`policy ${name}`}>${[`{\n${before}  "Statement": ${list ? '[' : ''}\n`,
      ...shown, list ? '  ]\n}' : '}']}</pre>
  </div>`;
}

// Repair is what would allow it.
export function Repair({ repair, onTry, tryLabel = 'Try it in the policy editor' }) {
  if (!repair) return null;
  const statement = JSON.stringify(repair.statement, null, 2), patch = JSON.stringify(repair.patch, null, 2);
  const patches = repair.patch?.length > 0;
  return html`<section class="repair" aria-label="Repair">
    <h3>What would allow it</h3>
    ${repair.warning && html`<p class="warning">${repair.warning}</p>`}
    ${repair.statement && html`
      <div class="bar"><span>the smallest statement</span><${Copy} what="the statement" text=${statement} /></div>
      <pre tabindex="0" class="statement-json" aria-label="the smallest statement">${statement}</pre>`}
    ${patches && html`<details>
      <summary>as a JSON patch of ${repair.document}</summary>
      <div class="bar"><span>RFC 6902</span><${Copy} what="the patch" text=${patch} /></div>
      <pre tabindex="0" aria-label="the patch">${patch}</pre>
    </details>`}
    ${patches && onTry && html`<button type="button" onClick=${onTry}>${tryLabel}</button>`}
  </section>`;
}

// repaired are documents of which the one that a repair is about has its patch.
export function repaired(documents, repair) {
  return documents.map((d) => d.name !== repair.document ? d
    : { ...d, document: patched(d.document, repair.patch) });
}

// patched applies the operations of a JSON patch that a repair has: add, replace, remove.
function patched(document, operations) {
  const copy = structuredClone(document);
  for (const { op, path, value } of operations) {
    const keys = path.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop(), at = keys.reduce((node, key) => node[key], copy), list = Array.isArray(at);
    if (op === 'remove' && list) at.splice(Number(last), 1);
    else if (op === 'remove') delete at[last];
    else if (op === 'add' && list) at.splice(last === '-' ? at.length : Number(last), 0, value);
    else at[last] = value;
  }
  return copy;
}
