// MQTT over a WebSocket of this listener, and each packet in words.

import { webSocket } from './api.js';

// urlOf is where a form connects to: signed if it has a key, else with what an authorizer wants.
export async function urlOf(f) {
  if (!f.get('keyId')) {
    return webSocket([['x-amz-customauthorizer-name', f.get('authorizer')],
      ['x-amz-customauthorizer-signature', f.get('signature')], [f.get('tokenKey') || 'token', f.get('token')]]);
  }
  const { presigned } = await import('./sign.js');
  return presigned(webSocket([]), { id: f.get('keyId'), secret: f.get('secret'), token: f.get('session'),
    region: f.get('region') || 'us-east-1' });
}

// open connects to a URL with what a form says. say gets what goes over the wire, "out", "in" or as a
// "note"; state gets "on" and "off".
export function open(mqtt, url, f, say, state) {
  const version = Number(f.get('version')), clean = f.has('clean');
  const client = mqtt.connect(url.href, {
    clientId: f.get('clientId'),
    username: f.get('username') || undefined,
    password: f.get('password') || undefined,
    protocolVersion: version, clean, keepalive: 60, reconnectPeriod: 0, resubscribe: false,
    properties: version === 5 && !clean ? { sessionExpiryInterval: 3600 } : undefined,
    manualConnect: true, // once all that it tells is heard
    timerVariant: 'native', // the other one makes a worker from text, which this page may not
    createWebsocket: (address, protocols) => socket(address, protocols, say),
  });
  client.on('packetsend', (p) => say('out', told(p)));
  client.on('packetreceive', (p) => say('in', told(p)));
  client.on('connect', () => state('on'));
  client.on('error', (err) => say('note', `${err.message || err}`));
  client.on('close', () => {
    client.end(true);
    state('off');
  });
  client.connect();
  return client;
}

function socket(address, protocols, say) {
  const socket = new WebSocket(address, protocols);
  socket.addEventListener('open', () => say('note', 'the WebSocket is open'));
  socket.addEventListener('error', () => say('note', 'the WebSocket has failed; the trace says why'));
  socket.addEventListener('close', ({ code, reason }) =>
    say('note', `the WebSocket is closed: ${code}${reason ? ` ${reason}` : ''}`));
  return socket;
}

const code = (n) => `0x${Number(n || 0).toString(16).padStart(2, '0')}`;
const codes = (all) => (all || []).map(code).join(' ');
const shortened = (text) => text.length > 200 ? `${text.slice(0, 200)}…` : text;

const words = {
  connect: (p) => ` ${[p.clientId, `MQTT ${p.protocolVersion === 5 ? '5' : '3.1.1'}`, p.clean && 'clean',
    p.username && `user ${p.username}`, p.password && 'password'].filter(Boolean).join(', ')}`,
  connack: (p) => ` ${code(p.reasonCode ?? p.returnCode)}${p.sessionPresent ? ', session present' : ''}`,
  subscribe: (p) => ` ${p.subscriptions.map((s) => `${s.topic} QoS ${s.qos}`).join(', ')}`,
  suback: (p) => ` ${codes(p.granted)}`,
  unsubscribe: (p) => ` ${p.unsubscriptions.join(', ')}`,
  unsuback: (p) => ` ${codes(p.granted)}`,
  publish: (p) => ` ${p.topic} QoS ${p.qos}${p.retain ? ' retain' : ''}: ${shortened(String(p.payload))}`,
  puback: (p) => ` ${code(p.reasonCode)}`,
  disconnect: (p) => ` ${code(p.reasonCode)}`,
};

// told is a packet in words, without what is secret in it.
function told(p) {
  const number = p.messageId ? ` #${p.messageId}` : '', reason = p.properties?.reasonString;
  return `${p.cmd.toUpperCase()}${number}${words[p.cmd]?.(p) || ''}${reason ? `: ${reason}` : ''}`;
}
