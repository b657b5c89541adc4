// What the files beside this one share: tests that run one after another and say
// "ok NAME" or "not ok NAME: why", with the names that they have in aws-crt-nodejs'
// suite, or in aws-crt-python's. The argument of each file is a JSON object: ports
// mqtts, https and http, files ca, certificate and key, and what else it names.
'use strict';

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { io, mqtt5 } = require('aws-iot-device-sdk-v2');

const patience = 15_000; // milliseconds
const given = JSON.parse(process.argv[2]);
const tests = [];

const test = (name, run) => tests.push({ name, run });

async function runAll() {
  for (const { name, run } of tests) {
    const late = sleep(patience).then(() => { throw new Error(`not within ${patience} ms`); });
    late.catch(() => {}); // one that is not waited for any more
    try {
      await Promise.race([run(), late]);
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`not ok ${name}: ${error.error_name ?? ''} ${error.message ?? error}`.replaceAll('\n', ' '));
    }
  }
  process.exit(0); // whatever a failed test has left open
}

// client is the suite's createDirectIotCoreClientConfig: a certificate and ALPN.
function client(config = {}) {
  const tls = io.TlsContextOptions.create_client_with_mtls_from_path(given.certificate, given.key);
  tls.override_default_trust_store_from_path(undefined, given.ca);
  tls.alpn_list.unshift('x-amzn-mqtt-ca');
  const c = new mqtt5.Mqtt5Client({ hostName: 'localhost', port: given.mqtts, tlsCtx: new io.ClientTlsContext(tls), ...config });
  c.got = []; // messages
  c.on('messageReceived', ({ message }) => c.got.push(message));
  return c;
}

// started returns what the first connection has negotiated.
async function started(c) {
  const success = once(c, 'connectionSuccess');
  c.start();
  return (await success)[0].settings;
}

async function stopped(c, disconnect) {
  const end = once(c, 'stopped');
  c.stop(disconnect);
  await end;
  c.close();
}

async function until(what, holds) {
  for (const end = Date.now() + patience; !holds(); await sleep(5)) {
    if (Date.now() > end) throw new Error(`no ${what}`);
  }
}

const { AtLeastOnce } = mqtt5.QoS;
const subscribe = (c, topicFilter) => c.subscribe({ subscriptions: [{ topicFilter, qos: AtLeastOnce }] });
// settle returns when all that the client and the gateway sent before has come.
const settle = (c) => c.unsubscribe({ topicFilters: ['nothing'] });

// advance moves the gateway's clock, in the place of the suite's waits.
async function advance(duration) {
  const answer = await fetch(`http://localhost:${given.http}/_suback/clock`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ advance: duration }),
  });
  if (!answer.ok) throw new Error(`the clock answers ${answer.status}`);
}

const text = (payload) => Buffer.from(payload ?? '').toString();

let count = 0;
const fresh = (prefix) => `${prefix}-${count++}`; // the suite has a UUID there

module.exports = { given, test, runAll, client, started, stopped, until, subscribe, settle, advance, text, fresh };
