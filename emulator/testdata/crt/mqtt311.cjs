// The tests of aws-crt-nodejs' lib/common/mqtt.spec.ts and lib/native/mqtt.spec.ts
// that run against IoT Core over MQTT 3.1.1, with the real library; and those of
// custom authorizers that aws-iot-device-sdk-python-v2 has.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { iot, mqtt } = require('aws-iot-device-sdk-v2');
const { given, test, runAll, until, text, fresh } = require('./suite.cjs');

const Builder = iot.AwsIotMqttConnectionConfigBuilder;
const { AtLeastOnce } = mqtt.QoS;

function connection(builder, port, clientId, clean = true) {
  const config = builder.with_certificate_authority_from_path(undefined, given.ca).with_port(port)
    .with_endpoint('localhost').with_client_id(clientId).with_clean_session(clean).build();
  const c = new mqtt.MqttClient().new_connection(config);
  c.on('error', () => {}); // the call that fails says it
  return c;
}

// signed is the suite's makeConnection: a WebSocket with temporary keys.
function signed(clientId = fresh('mqtt-unit-test'), will) {
  const builder = Builder.new_with_websockets()
    .with_credentials(given.region, given.accessKeyId, given.secretAccessKey, given.sessionToken);
  return connection(will ? builder.with_will(will) : builder, given.https, clientId);
}

// mutual is make_test_iot_core_connection.
function mutual(clean = true) {
  const builder = Builder.new_mtls_builder_from_path(given.certificate, given.key);
  return connection(builder, given.mqtts, fresh('node-mqtt-unit-test'), clean);
}

async function connected(c) {
  const connect = once(c, 'connect');
  await c.connect();
  assert.equal((await connect)[0], false, 'session present');
  return c;
}

async function disconnected(c) {
  const disconnect = once(c, 'disconnect');
  await c.disconnect();
  await disconnect;
}

test('MQTT Connect/Disconnect', async () => disconnected(await connected(signed())));

test('MQTT311 Connection - mTLS', async () => disconnected(await connected(mutual())));

test('MQTT Pub/Sub', async () => {
  const [c, topic, got] = [await connected(signed()), fresh('test/me/senpai'), []];
  await c.subscribe(topic, AtLeastOnce, (name, payload, dup, qos, retain) => got.push([name, text(payload), qos, retain]));
  await c.publish(topic, 'NOTICE ME', AtLeastOnce);
  await until('message', () => got.length > 0);
  assert.ok('packet_id' in await c.unsubscribe(topic));
  await disconnected(c);
  assert.deepEqual(got, [[topic, 'NOTICE ME', AtLeastOnce, false]]);
});

test('MQTT Will', async () => { // sent when another connection takes the client id
  const [topic, id] = ['test/last/will/and/testament', fresh('node-mqtt-unit-test-will')];
  const first = await connected(signed(id, new mqtt.MqttWill(topic, AtLeastOnce, 'AVENGE ME')));
  const waiting = await connected(signed());
  const message = once(waiting, 'message');
  await waiting.subscribe(topic, AtLeastOnce);
  const interrupted = once(first, 'interrupt');
  const second = await connected(signed(id));
  const [name, payload, , qos, retain] = await message;
  assert.deepEqual([name, text(payload), qos, retain], [topic, 'AVENGE ME', AtLeastOnce, false]);
  await interrupted;
  await first.disconnect(); // else it takes the id back
  await disconnected(waiting);
  await second.disconnect();
});

test('MQTT On Any Publish', async () => {
  const [c, topic] = [await connected(signed()), fresh('test/me/senpai')];
  const message = once(c, 'message');
  await c.subscribe(topic, AtLeastOnce);
  await c.publish(topic, 'NOTICE ME', AtLeastOnce);
  const [name, payload, , qos, retain] = await message;
  assert.deepEqual([name, text(payload), qos, retain], [topic, 'NOTICE ME', AtLeastOnce, false]);
  await disconnected(c);
});

test('MQTT payload types', async () => {
  const c = await connected(signed());
  const [base, got, wanted] = [fresh('test/types'), {}, {}];
  c.on('message', (name, payload) => { got[name] = Buffer.from(payload).toString('hex'); });
  await c.subscribe(`${base}/#`, AtLeastOnce);
  for (const [name, sent, bytes] of [
    ['string', 'utf-8 👁👄👁 time', 'utf-8 👁👄👁 time'],
    ['dataview', new DataView(new TextEncoder().encode('I was a DataView').buffer), 'I was a DataView'],
    ['uint8array', new Uint8Array(new Uint8Array([0, 1, 2, 3, 4, 5, 6]).buffer, 2, 3), [2, 3, 4]],
    ['arraybuffer', new Uint8Array([0, 255, 255, 255, 255, 255, 1]).buffer, [0, 255, 255, 255, 255, 255, 1]],
    ['json', { I: 'was JSON' }, '{"I":"was JSON"}'],
  ]) {
    wanted[`${base}/${name}`] = Buffer.from(bytes).toString('hex');
    await c.publish(`${base}/${name}`, sent, AtLeastOnce);
  }
  await until('five messages', () => Object.keys(got).length === 5);
  await disconnected(c);
  assert.deepEqual(got, wanted);
});

test('MQTT Operation statistics simple', async () => {
  const [c, topic, got] = [await connected(mutual()), fresh('/test/me/senpai'), []];
  const idle = () => c.getOperationalStatistics().incompleteOperationCount === 0;
  assert.ok(idle());
  await c.subscribe(topic, AtLeastOnce, (name) => got.push(name));
  await c.publish(topic, 'NOTICE ME', AtLeastOnce);
  await until('message', () => got.length > 0);
  await c.unsubscribe(topic);
  await until('idle client', idle);
  await disconnected(c);
});

for (const [name, operation] of [
  ['default functions like expected', (c) => c.connect()],
  ['ensure operations do not work after disconnect', (c) => c.publish('test/example/topic', 'payload', AtLeastOnce)],
]) {
  test(`MQTT Disconnect behavior hard-disconnect - ${name}`, async () => {
    const c = await connected(mutual(false));
    const closed = once(c, 'closed');
    await c.disconnect();
    await closed;
    await assert.rejects(operation(c));
  });
}

const token = [given.token, 'token'];
const encoded = encodeURIComponent(given.signature);
for (const [name, make, signature, [value, keyName]] of [
  ['direct_unsigned_custom_authorizer', 'new_default_builder', '', []],
  ['direct_signed_custom_authorizer', 'new_default_builder', encoded, token],
  ['direct_signed_custom_authorizer_unencoded', 'new_default_builder', given.signature, token],
  ['websocket_unsigned_custom_authorizer', 'new_with_websockets', '', []],
  ['websocket_signed_custom_authorizer', 'new_with_websockets', encoded, token],
  ['websocket_signed_custom_authorizer_unencoded', 'new_with_websockets', given.signature, token],
]) {
  test(`test_mqtt311_builder_${name}`, async () => {
    const builder = Builder[make]().with_custom_authorizer('alice', value ? 'signed' : 'unsigned', signature, 'wonderland', keyName, value);
    await disconnected(await connected(connection(builder, given.https, fresh('builder'))));
  });
}

runAll();
