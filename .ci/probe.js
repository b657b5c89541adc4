// What .ci/container asks from inside a container. It comes by standard input to
// Node.js in the app's image, which has MQTT.js:
//
//   ports HOST [PORT,…]      prints which ports of HOST answer, of all or of these, or "none"
//   subscribe URL            leaves a session "keeper" behind
//   publish URL COUNT        that many messages for it, and a retained one; ends with the last PUBACK
//   collect URL COUNT        fails unless the session has them, in order, and the retained one is there
//   call METHOD URL SERVICE  a request in the form of AWS's SDKs; the body is the argument after
'use strict';

const net = require('node:net');
const mqtt = require('mqtt');

const patience = 10_000; // milliseconds

function fail(text) {
  console.error(text);
  process.exit(1);
}

// answers tells whether a port takes a connection within half a second.
function answers(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 500 });
    const end = (open) => () => { socket.destroy(); resolve(open); };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

async function ports(host, list) {
  const all = list ? list.split(',').map(Number) : Array.from({ length: 65535 }, (_, i) => i + 1);
  const open = [];
  const worker = async () => {
    for (let port = all.pop(); port; port = all.pop()) if (await answers(host, port)) open.push(port);
  };
  await Promise.all(Array.from({ length: 256 }, worker));
  console.log(open.sort((a, b) => a - b).join(' ') || 'none');
}

function connect(url, clientId, options) {
  const client = mqtt.connect(url, { clientId, reconnectPeriod: 0, connectTimeout: patience, ...options });
  client.received = [];
  client.on('error', (error) => fail(`${clientId}: ${error.message}`));
  client.on('message', (topic, payload, { retain }) => {
    client.received.push(`${topic} ${payload}${retain ? ' retained' : ''}`);
  });
  return new Promise((resolve) => client.on('connect', ({ sessionPresent }) => {
    client.sessionPresent = sessionPresent;
    resolve(client);
  }));
}

async function subscribe(url) {
  const keeper = await connect(url, 'keeper', { clean: false });
  await keeper.subscribeAsync('kept/+', { qos: 1 });
  await keeper.endAsync();
}

async function publish(url, count) {
  const client = await connect(url, 'publisher');
  await client.publishAsync('last', 'still here', { qos: 1, retain: true });
  const send = (_, i) => client.publishAsync(`kept/${i}`, `message ${i}`, { qos: 1 });
  await Promise.all(Array.from({ length: count }, send));
  process.exit(0); // at once, so that what follows comes as soon after the last PUBACK as it can
}

async function collect(url, count) {
  const keeper = await connect(url, 'keeper', { clean: false });
  const other = await connect(url, 'other');
  await other.subscribeAsync('last', { qos: 1 });
  const want = Array.from({ length: count }, (_, i) => `kept/${i} message ${i}`);
  const all = () => keeper.received.length >= count && other.received.length > 0;
  for (const end = Date.now() + patience; !all() && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!keeper.sessionPresent) fail('the session is gone');
  const [got, retained] = [keeper, other].map(({ received }) => received.join());
  if (got !== want.join()) fail(`the session has ${got}, want ${want}`);
  if (retained !== 'last still here retained') fail(`retained: got ${retained}`);
  await keeper.endAsync();
  await other.endAsync();
}

async function call(method, url, service, body) {
  const scope = `Credential=AKIAEXAMPLE/20260101/us-east-1/${service}/aws4_request`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'x-amz-date': '20260101T000000Z',
  };
  const response = await fetch(url, { method, body, headers });
  console.log(response.status, await response.text());
}

const verbs = { ports, subscribe, publish, collect, call };

const [verb, ...args] = process.argv.slice(2);
verbs[verb](...args).catch((error) => fail(error.stack)).then(() => process.exit(0));
