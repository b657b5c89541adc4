// The test client: it connects as a device would, over a WebSocket of this listener, and
// shows what the wire says. What is typed as password, token, signature or key is kept in the
// fields alone.

import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { timeOf } from './api.js';
import { open, urlOf } from './wire.js';

const LINES = 300; // of the wire that are kept

const states = { off: 'not connected', connecting: 'connecting', on: 'connected' };

export function Device() {
  const client = useRef(null), number = useRef(0);
  const [lines, setLines] = useState([]), [state, setState] = useState('off');
  const say = (kind, text) => {
    const line = { kind, text, time: timeOf(Date.now()), key: number.current++ };
    setLines((all) => [...all, line].slice(-LINES));
  };
  const failed = (err) => err && say('note', `${err.message || err}`);
  const follow = (now) => {
    if (now === 'off') client.current = null;
    setState(now);
  };
  useEffect(() => () => client.current?.end(true), []);

  const connect = async (f) => {
    if (client.current) return client.current.end();
    setState('connecting');
    try {
      const mqtt = (await import('./vendor/mqtt.js')).default;
      client.current = open(mqtt, await urlOf(f), f, say, follow);
    } catch (err) {
      failed(err);
      follow('off');
    }
  };
  const subscribe = (f) => client.current.subscribe(f.get('filter'), { qos: Number(f.get('qos')) }, failed);
  const unsubscribe = (f) => client.current.unsubscribe(f.get('filter'), failed);
  const publish = (f) => client.current.publish(f.get('topic'), f.get('payload'),
    { qos: Number(f.get('qos')), retain: f.has('retain') }, failed);

  // submit has a form's button act on its fields.
  const submit = (act) => (e) => {
    e.preventDefault();
    if (act !== connect && !client.current?.connected) return say('note', 'connect first');
    act(new FormData(e.target.closest('form')));
  };
  return html`<section class="panel device" id="device" aria-labelledby="device-title">
    <div class="bar"><h2 id="device-title">Test client</h2>
      <span class=${`state ${state}`} role="status">${states[state]}</span></div>
    <${Connect} onSubmit=${submit(connect)} label=${state === 'off' ? 'Connect' : 'Disconnect'} />
    <form onSubmit=${submit(subscribe)} autocomplete="off" aria-label="Subscribe">
      <div class="pair wide"><${Field} label="Filter" name="filter" value="pump/+/state" required />
        <${Qos} /></div>
      <div class="buttons"><button>Subscribe</button>
        <button type="button" onClick=${submit(unsubscribe)}>Unsubscribe</button></div>
    </form>
    <form onSubmit=${submit(publish)} autocomplete="off" aria-label="Publish">
      <div class="pair wide"><${Field} label="Topic" name="topic" value="pump/7/state" required />
        <${Qos} /></div>
      <${Field} label="Payload" name="payload" value="on" />
      <div class="buttons"><button>Publish</button>
        <label class="check"><input type="checkbox" name="retain" /> retain</label></div>
    </form>
    <h3 id="wire-title">The wire</h3>
    <${Wire} lines=${lines} />
    ${lines.length > 0 && html`<button type="button" onClick=${() => setLines([])}>Clear</button>`}
  </section>`;
}

function Connect({ onSubmit, label }) {
  const id = useRef(`console-${Math.random().toString(36).slice(2, 7)}`).current;
  return html`<form onSubmit=${onSubmit} autocomplete="off" aria-label="Connect">
    <div class="pair">
      <${Field} label="Client id" name="clientId" value=${id} required />
      <label class="field"><span>Version</span>
        <select name="version">
          <option value="5">MQTT 5</option><option value="4">MQTT 3.1.1</option>
        </select></label>
    </div>
    <div class="pair"><${Field} label="User name" name="username" />
      <${Secret} label="Password" name="password" /></div>
    <details>
      <summary>Authorizer, token, session</summary>
      <${Field} label="Authorizer" name="authorizer" placeholder="the default one" />
      <div class="pair"><${Field} label="Token key name" name="tokenKey" placeholder="token" />
        <${Secret} label="Token" name="token" /></div>
      <${Secret} label="Token signature" name="signature" />
      <label class="check"><input type="checkbox" name="clean" checked /> clean session</label>
    </details>
    <details>
      <summary>AWS keys (SigV4) instead</summary>
      <div class="pair"><${Field} label="Access key id" name="keyId" placeholder="none: not signed" />
        <${Secret} label="Secret access key" name="secret" /></div>
      <div class="pair"><${Secret} label="Session token" name="session" />
        <${Field} label="Region" name="region" placeholder="us-east-1" /></div>
    </details>
    <button class="primary">${label}</button>
  </form>`;
}

// Field is a text that is the form's own: the page does not write it again.
function Field({ label, name, value, ...rest }) {
  return html`<label class="field"><span>${label}</span>
    <input name=${name} defaultValue=${value || ''} autocapitalize="off" spellcheck=${false} ...${rest} /></label>`;
}

const Secret = (props) => html`<${Field} type="password" autocomplete="new-password" ...${props} />`;

const Qos = () => html`<label class="field qos"><span>QoS</span>
  <select name="qos"><option>0</option><option>1</option></select></label>`;

const signs = { out: ['→', 'sent'], in: ['←', 'came'], note: ['·', 'note'] };

function Wire({ lines }) {
  const list = useRef();
  useEffect(() => { list.current.scrollTop = list.current.scrollHeight; }, [lines]);
  return html`<div class="wire" ref=${list} role="log" aria-labelledby="wire-title" tabindex="0">
    <ol>${lines.map(({ kind, text, time, key }) => html`<li key=${key} class=${kind}>
      <span class="time">${time}</span>${' '}
      <span role="img" aria-label=${signs[kind][1]}>${signs[kind][0]}</span>${' '}
      <span>${text}</span></li>`)}</ol>
  </div>`;
}
