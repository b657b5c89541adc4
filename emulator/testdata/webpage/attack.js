// What a web page can try against a gateway on the machine of whoever visits it.
// It tells the test what came of each attempt: "read", with what it could read, or
// why not. gateway and log are addresses; functionCall is CreateFunction's body.

const tell = (name, outcome) => fetch(log, { method: 'POST', mode: 'no-cors', body: JSON.stringify({ name, outcome }) });
const signed = (service) => `AWS4-HMAC-SHA256 Credential=NOBODY/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

const read = async (path, options = {}) => {
  const answer = await fetch(gateway + path, options);
  if (answer.type === 'opaque') return 'opaque';
  return `read ${answer.status} ${(await answer.text()).slice(0, 300)}`;
};

const loaded = (tag, path) => new Promise((done) => {
  const node = Object.assign(document.createElement(tag), { onload: () => done('loaded'), onerror: () => done('error') });
  node[tag === 'link' ? 'href' : 'src'] = gateway + path;
  if (tag === 'link') node.rel = 'stylesheet';
  document.body.append(node);
});

const form = (path, type, body) => new Promise((done) => {
  const frame = Object.assign(document.createElement('iframe'), { name: `f${Math.random()}` });
  const node = Object.assign(document.createElement('form'), { method: 'POST', enctype: type, action: gateway + path, target: frame.name });
  node.append(Object.assign(document.createElement('input'), { name: body, value: '' }));
  document.body.append(frame, node); // from here on the frame has its empty page
  frame.onload = () => {
    try { done(`read ${frame.contentWindow.document.body.textContent.slice(0, 300)}`); } catch { done('sent'); }
  };
  node.submit();
});

const socket = (path) => new Promise((done) => {
  const ws = new WebSocket(gateway.replace('http', 'ws') + path, 'mqtt');
  ws.onopen = () => done('open');
  ws.onerror = () => done('error');
});

const events = (path) => new Promise((done) => {
  const source = new EventSource(gateway + path);
  source.onopen = () => done('open');
  source.onerror = () => done('error');
});

const json = { 'Content-Type': 'application/json' };
const attempts = {
  'fetch clients': () => read('/_suback/clients'),
  'fetch trace': () => read('/_suback/trace'),
  'fetch export': () => read('/_suback/export?secrets=true'),
  'fetch metrics': () => read('/metrics'),
  'fetch health': () => read('/health'),
  'fetch ca': () => read('/_suback/ca.pem'),
  'fetch reset': () => read('/_suback/reset', { method: 'POST' }),
  'no-cors reset': () => read('/_suback/reset', { method: 'POST', mode: 'no-cors' }),
  'no-cors moto reset': () => read('/moto-api/reset', { method: 'POST', mode: 'no-cors' }),
  'no-cors clock': () => read('/_suback/clock', { method: 'POST', mode: 'no-cors', body: '{"advance": "1h"}' }),
  'keepalive reset': () => read('/_localstack/state/reset', { method: 'POST', mode: 'no-cors', keepalive: true }),
  'beacon reset': async () => String(navigator.sendBeacon(gateway + '/_suback/reset')),
  'beacon clock': async () => String(navigator.sendBeacon(gateway + '/_suback/clock', '{"advance": "1h"}')),
  'form reset': () => form('/_suback/reset', 'application/x-www-form-urlencoded', 'x'),
  'form clock': () => form('/_suback/clock', 'text/plain', '{"advance": "1h", "x": "'),
  'image clients': () => loaded('img', '/_suback/clients'),
  'script trace': () => loaded('script', '/_suback/trace'),
  'style metrics': () => loaded('link', '/metrics'),
  'events trace': () => events('/_suback/trace?follow=1'),
  'socket trace': () => socket('/_suback/trace?follow=1'),
  'fetch things': () => read('/things', { headers: { Authorization: signed('iot') } }),
  'create thing': () => read('/things/evil', { method: 'POST', headers: { ...json, Authorization: signed('iot') }, body: '{}' }),
  'create certificate': () => read('/keys-and-certificate?setAsActive=true', { method: 'POST', headers: { Authorization: signed('iot') } }),
  'create function': () => read('/2015-03-31/functions', { method: 'POST', headers: { Authorization: signed('lambda') }, body: functionCall }),
  'create function, as Cognito': () => read('/2015-03-31/functions', { method: 'POST', body: functionCall,
    headers: { Authorization: signed('lambda'), 'X-Amz-Target': 'AWSCognitoIdentityService.GetId' } }),
  'invoke function': () => read('/2015-03-31/functions/there/invocations', { method: 'POST', headers: { Authorization: signed('lambda') }, body: '{}' }),
  'no-cors invoke': () => read('/2015-03-31/functions/there/invocations', { method: 'POST', mode: 'no-cors', body: '{}' }),
  'list certificates': () => read('/', { method: 'POST', body: '{}',
    headers: { Authorization: signed('acm'), 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'CertificateManager.ListCertificates' } }),
  // What AWS lets any page do:
  'Cognito': () => read('/', { method: 'POST', body: '{"IdentityPoolId": "us-east-1:11111111-2222-3333-4444-555555555555"}',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSCognitoIdentityService.GetId', 'X-Amz-User-Agent': 'x' } }),
  'STS': () => read('/', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: signed('sts') },
    body: 'Action=GetCallerIdentity&Version=2011-06-15' }),
  'data plane': () => read('/topics/a?qos=1', { method: 'POST', headers: { Authorization: 'x' }, body: 'hello' }),
  'WebSocket': () => socket('/mqtt'),
};

const run = async () => {
  for (const [name, attempt] of Object.entries(attempts)) {
    await tell(name, await attempt().catch((e) => `blocked ${e}`));
  }
  await tell('end', '');
};
