// The tests of aws-crt-nodejs' lib/native/mqtt5.spec.ts that run against IoT
// Core, with the real library. Where the suite waits for something not to happen,
// a round trip of the same connection shows that it has not.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { mqtt5 } = require('aws-iot-device-sdk-v2');
const { test, runAll, client, started, stopped, until, subscribe, settle, text, fresh } = require('./suite.cjs');

const { AtMostOnce, AtLeastOnce } = mqtt5.QoS;

// negotiated is verifyCommonNegotiatedSettings.
async function negotiated(config, rejoined = false) {
  const c = client(config);
  const settings = await started(c);
  await stopped(c);
  assert.equal(settings.maximumQos, AtLeastOnce);
  assert.equal(settings.rejoinedSession, rejoined);
  assert.ok(settings.maximumPacketSizeToServer <= 268435460);
  for (const key of ['sessionExpiryInterval', 'receiveMaximumFromServer', 'serverKeepAlive', 'clientId']) {
    assert.notEqual(settings[key], undefined, key);
  }
  for (const key of ['retain', 'wildcardSubscriptions', 'subscriptionIdentifiers', 'sharedSubscriptions']) {
    assert.equal(typeof settings[`${key}Available`], 'boolean', key);
  }
  return settings;
}

test('Negotiated settings - minimal', async () => {
  const settings = await negotiated({ connectProperties: { keepAliveIntervalSeconds: 600 } });
  assert.equal(settings.serverKeepAlive, 600);
});

test('Negotiated settings - maximal', async () => {
  const clientId = fresh('test');
  const settings = await negotiated({
    connectProperties: { keepAliveIntervalSeconds: 900, sessionExpiryIntervalSeconds: 600, clientId },
    sessionBehavior: mqtt5.ClientSessionBehavior.RejoinPostSuccess,
  });
  assert.equal(settings.serverKeepAlive, 900);
  assert.equal(settings.clientId, clientId);
});

test('Negotiated settings - always rejoin session', async () => {
  const connectProperties = { clientId: fresh('test'), keepAliveIntervalSeconds: 600, sessionExpiryIntervalSeconds: 3600 };
  await negotiated({ connectProperties });
  await negotiated({ connectProperties, sessionBehavior: mqtt5.ClientSessionBehavior.RejoinAlways }, true);
});

// aws-crt-python's three, which name what IoT Core answers.
test('test_negotiated_settings_minimal_settings', async () => {
  const connectProperties = { keepAliveIntervalSeconds: 1200, sessionExpiryIntervalSeconds: 600_000 };
  const settings = await negotiated({ connectProperties });
  assert.equal(settings.sessionExpiryInterval, 3600);
});

test('test_negotiated_settings_maximum_settings', async () => {
  const clientId = fresh('test');
  const connectProperties = { clientId, keepAliveIntervalSeconds: 1000, sessionExpiryIntervalSeconds: 600 };
  assert.deepEqual({ ...await negotiated({ connectProperties }) }, {
    clientId, maximumQos: AtLeastOnce, sessionExpiryInterval: 600, serverKeepAlive: 1000, rejoinedSession: false,
    receiveMaximumFromServer: 100, maximumPacketSizeToServer: 149504,
    topicAliasMaximumToServer: 8, topicAliasMaximumToClient: 0,
    retainAvailable: true, wildcardSubscriptionsAvailable: true,
    subscriptionIdentifiersAvailable: false, sharedSubscriptionsAvailable: true,
  });
});

test('test_negotiated_settings_server_limit', async () => {
  const settings = await negotiated({
    connectProperties: {
      keepAliveIntervalSeconds: 0xffff, sessionExpiryIntervalSeconds: 0xffffffff,
      receiveMaximum: 0xffff, maximumPacketSizeBytes: 0xffffffff,
    },
  });
  assert.notEqual(settings.receiveMaximumFromServer, 0xffff);
  assert.notEqual(settings.maximumPacketSizeToServer, 0xffffffff);
  assert.deepEqual([settings.serverKeepAlive, settings.sessionExpiryInterval], [1200, 3600]);
});

for (const qos of [AtMostOnce, AtLeastOnce]) {
  test(`Sub - Pub QoS ${qos} - Unsub`, async () => {
    const [c, topicName] = [client(), fresh('test')];
    await started(c);
    await subscribe(c, topicName);
    await c.publish({ topicName, qos, payload: 'Derp' });
    await until('message', () => c.got.length > 0);
    await c.unsubscribe({ topicFilters: [topicName] });
    await c.publish({ topicName, qos: AtLeastOnce, payload: 'Derp' });
    await settle(c);
    await stopped(c);
    assert.deepEqual(c.got.map((m) => [m.topicName, m.qos, text(m.payload)]), [[topicName, qos, 'Derp']]);
  });
}

test('Will test', async () => {
  const will = { topicName: `will/${fresh('test')}`, qos: AtLeastOnce, payload: 'ToMyChildrenIBequeathNothing' };
  const publisher = client({ connectProperties: { keepAliveIntervalSeconds: 1200, willDelayIntervalSeconds: 0, will } });
  const subscriber = client();
  await started(publisher);
  await started(subscriber);
  const { reasonCodes } = await subscribe(subscriber, will.topicName);
  assert.ok(mqtt5.isSuccessfulSubackReasonCode(reasonCodes[0]));
  await stopped(publisher, { reasonCode: mqtt5.DisconnectReasonCode.DisconnectWithWillMessage });
  await until('will', () => subscriber.got.length > 0);
  await stopped(subscriber);
  assert.deepEqual(subscriber.got.map((m) => [m.topicName, m.qos, text(m.payload)]), [[will.topicName, AtLeastOnce, will.payload]]);
});

test('Shared subscriptions test', async () => {
  const [publisher, one, two] = [client(), client(), client()];
  const topicName = fresh('mqtt5_test');
  for (const c of [publisher, one, two]) await started(c);
  for (const c of [one, two]) await subscribe(c, `$share/crttest/${topicName}`);
  await Promise.all(Array.from({ length: 10 }, () => publisher.publish({ topicName, qos: AtLeastOnce, payload: 'share' })));
  await until('ten messages', () => one.got.length + two.got.length >= 10);
  for (const c of [one, two]) await settle(c);
  const all = [...one.got, ...two.got];
  for (const c of [publisher, one, two]) await stopped(c);
  assert.equal(all.length, 10);
  for (const m of all) assert.deepEqual([m.topicName, m.qos], [topicName, AtLeastOnce]);
});

test('Retain test', async () => {
  const topicName = `test/retain/${fresh('topic')}`;
  const [one, two, three] = [client(), client(), client()];
  await started(one);
  await one.publish({ topicName, qos: AtLeastOnce, payload: 'RetainedPayload', retain: true });
  await started(two);
  await subscribe(two, topicName);
  await until('retained message', () => two.got.length > 0);
  await stopped(two);
  const kept = two.got.map((m) => [m.topicName, m.qos, m.retain, text(m.payload)]);
  assert.deepEqual(kept, [[topicName, AtLeastOnce, true, 'RetainedPayload']]);
  await one.publish({ topicName, qos: AtLeastOnce, retain: true });
  await started(three);
  await subscribe(three, topicName);
  await settle(three);
  assert.equal(three.got.length, 0);
  await stopped(three);
  await stopped(one);
});

test('Operation statistics test simple', async () => {
  const c = client();
  const idle = () => c.getOperationalStatistics().incompleteOperationCount === 0;
  await started(c);
  assert.ok(idle());
  await c.publish({ topicName: fresh('test'), qos: AtLeastOnce, payload: 'Derp' });
  await until('idle client', idle);
  await stopped(c);
});

for (const [name, outboundBehavior, alias] of [
  ['Publish with LRU aliasing', mqtt5.OutboundTopicAliasBehaviorType.LRU, {}],
  ['Publish with manual aliasing', mqtt5.OutboundTopicAliasBehaviorType.Manual, { topicAlias: 1 }],
]) {
  test(name, async () => { // and, beyond the suite, that both arrive
    const [c, topicName] = [client({ topicAliasingOptions: { outboundBehavior, outboundCacheMaxSize: 10 } }), fresh('test')];
    await started(c);
    await subscribe(c, topicName);
    for (const payload of ['1', '2']) await c.publish({ topicName, qos: AtLeastOnce, payload, ...alias });
    await until('two messages', () => c.got.length === 2);
    await stopped(c);
    assert.deepEqual(c.got.map((m) => [m.topicName, text(m.payload)]), [[topicName, '1'], [topicName, '2']]);
  });
}

test('test_double_client_id_failure', async () => {
  const connectProperties = { clientId: fresh('double'), keepAliveIntervalSeconds: 1200 };
  const [one, two] = [client({ connectProperties }), client({ connectProperties })];
  await started(one);
  const disconnection = once(one, 'disconnection');
  const first = started(two);
  const [{ disconnect }] = await disconnection;
  assert.equal(disconnect.reasonCode, mqtt5.DisconnectReasonCode.SessionTakenOver);
  await Promise.all([first, stopped(one)]);
  await stopped(two);
});

test('test_qos1_happy_path', async () => {
  const [one, two, topicName] = [client(), client(), fresh('test')];
  await started(one);
  await started(two);
  await subscribe(two, topicName);
  for (let i = 0; i < 10; i++) await one.publish({ topicName, qos: AtLeastOnce, payload: `${i}` });
  await stopped(one);
  await until('ten messages', () => two.got.length >= 10);
  await stopped(two);
  assert.deepEqual(two.got.map((m) => text(m.payload)), [...'0123456789']);
});

test('test_operation_publish_correlation_data_bytes_binary', async () => {
  const [c, topicName, bytes] = [client(), fresh('test'), new Uint8Array([0xff, 0xfe, 0xfd, 0])];
  await started(c);
  await subscribe(c, topicName);
  await c.publish({ topicName, qos: AtLeastOnce, payload: bytes, correlationData: bytes });
  await until('message', () => c.got.length > 0);
  await stopped(c);
  for (const part of ['payload', 'correlationData']) assert.deepEqual(new Uint8Array(c.got[0][part]), bytes, part);
});

runAll();
