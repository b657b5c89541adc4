// A device that walks through its shadow, with AWS's SDKs as their samples use them:
//
//   shadow.cjs <5 | 3 | v1> <thing> <port> <ca> <certificate> <key> <steps>
//
// A step is {op, state, topics}; "get", "update" and "delete" are those of the client's API. Of
// each it prints one line of JSON with what came of it, by topic, once that is so many topics.
'use strict';

const [how, thing, port, ca, certificate, key, steps] = process.argv.slice(2);
const clientId = `test-${how}`;
const walk = JSON.parse(steps);

// plain is a value with times in seconds, as they come; the SDK makes dates of them.
const plain = (value) => JSON.parse(JSON.stringify(value), (name, member) => (
  name === 'timestamp' && typeof member === 'string' ? Date.parse(member) / 1000 : member));

let heard = {};
let awaited = () => {};
const hear = (topic, body) => { heard[topic] = plain(body); awaited(); };
const until = (enough) => new Promise((resolve) => {
  awaited = () => enough() && resolve();
  awaited();
});

// walkThrough asks by a function. Notifications of an update come in any order, also after its answer.
async function walkThrough(ask) {
  for (const { op, state, topics } of walk) {
    heard = {};
    await ask(op, state);
    await until(() => Object.keys(heard).length >= topics);
    console.log(JSON.stringify(heard));
  }
  console.log('walked');
}

const failed = (error) => console.log('failed', error?.message ?? error);

// sdk2 is the SDK v2: requests and their answers, and streams.
async function sdk2() {
  const { iot, iotshadow, mqtt, mqtt5 } = require('aws-iot-device-sdk-v2');
  const limits = { maxRequestResponseSubscriptions: 6, maxStreamingSubscriptions: 2, operationTimeoutInSeconds: 20 };
  const started = { 5: start5, 3: start3 }[how];
  const shadows = await started();

  async function start5() {
    const builder = iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath('localhost', certificate, key)
      .withCertificateAuthorityFromPath(undefined, ca).withPort(Number(port)).withConnectProperties({ clientId, keepAliveIntervalSeconds: 1200 });
    const client = new mqtt5.Mqtt5Client(builder.build());
    const connected = new Promise((resolve, reject) => {
      client.once('connectionSuccess', resolve);
      client.once('connectionFailure', ({ error }) => reject(error));
    });
    client.start();
    await connected;
    return iotshadow.IotShadowClientv2.newFromMqtt5(client, limits);
  }

  async function start3() {
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(certificate, key)
      .with_certificate_authority_from_path(undefined, ca).with_endpoint('localhost').with_port(Number(port)).with_client_id(clientId);
    const connection = new mqtt.MqttClient().new_connection(builder.build());
    await connection.connect();
    return iotshadow.IotShadowClientv2.newFromMqtt311(connection, limits);
  }

  const open = (stream, topic) => new Promise((resolve) => {
    stream.on('subscriptionStatus', ({ error }) => (error ? failed(error) : resolve()));
    stream.on('incomingPublish', ({ message }) => hear(topic, message));
    stream.open();
  });
  await open(shadows.createShadowDeltaUpdatedStream({ thingName: thing }), 'update/delta');
  await open(shadows.createShadowUpdatedStream({ thingName: thing }), 'update/documents');
  const call = { get: 'getShadow', update: 'updateShadow', delete: 'deleteShadow' };
  await walkThrough(async (op, state) => {
    try {
      hear(`${op}/accepted`, await shadows[call[op]]({ thingName: thing, state }));
    } catch (error) {
      hear(`${op}/rejected`, error.modeledError ?? { failed: `${error}` });
    }
  });
}

// sdk1 is the SDK v1, whose thingShadow tells by events.
function sdk1() {
  const { thingShadow } = require('aws-iot-device-sdk');
  const shadows = thingShadow({ host: 'localhost', port: Number(port), caPath: ca, certPath: certificate, keyPath: key, clientId });
  shadows.on('error', failed);
  shadows.on('status', (name, outcome, clientToken, body) => hear(`${shadows.op}/${outcome}`, { ...body, clientToken }));
  shadows.on('delta', (name, body) => hear('update/delta', body));
  shadows.on('timeout', () => failed('timeout'));
  shadows.on('message', (topic, payload) => hear('update/documents', JSON.parse(payload)));
  const documents = `$aws/things/${thing}/shadow/update/documents`;
  shadows.once('connect', () => shadows.register(thing, { persistentSubscribe: true }, () => {
    shadows.subscribe(documents, { qos: 1 }, () => walkThrough(async (op, state) => {
      shadows.op = op;
      shadows[op](...(op === 'update' ? [thing, { state }] : [thing]));
      await until(() => heard[`${op}/accepted`] || heard[`${op}/rejected`]);
    }).then(() => shadows.end(true), failed));
  }));
}

Promise.resolve(how === 'v1' ? sdk1() : sdk2()).catch(failed);
