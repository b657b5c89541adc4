// The tests of manual acknowledgement of aws-crt-nodejs' lib/native/mqtt5.spec.ts,
// which run against IoT Core, with the real library. The gateway's clock is moved
// where the suite waits for 30 or 35 seconds.
'use strict';

const assert = require('node:assert/strict');
const { mqtt5 } = require('aws-iot-device-sdk-v2');
const { test, runAll, client, started, stopped, until, advance, subscribe, settle, text, fresh } = require('./suite.cjs');

const { AtMostOnce, AtLeastOnce } = mqtt5.QoS;

// acknowledged subscribes and publishes to itself; take gets the wrapper of each
// message's acknowledgement. after runs when the first has come.
async function acknowledged(take, after, qos = AtLeastOnce) {
  const [c, topicName] = [client(), fresh('test')];
  c.on('messageReceived', ({ acknowledgementControl }) => take(acknowledgementControl, c.got.length));
  await started(c);
  await subscribe(c, topicName);
  await c.publish({ topicName, qos, payload: 'redrive' });
  await until('first message', () => c.got.length > 0);
  await new Promise(setImmediate); // the library acknowledges after the callback
  await after(c);
  await settle(c);
  await stopped(c);
  return c.got.map((m) => text(m.payload));
}

test('Manual publish acknowledgement - acknowledgment hold', async () => {
  const got = await acknowledged((control) => control.acquireHandle(), async (c) => {
    await settle(c);
    assert.equal(c.got.length, 1, 'before the time');
    await advance('30s');
    await until('second message', () => c.got.length > 1);
  });
  assert.deepEqual(got, ['redrive', 'redrive']);
});

// aws-crt-python's goes on: a held acknowledgement that is sent in the end counts.
test('test_manual_publish_acknowledgement_hold', async () => {
  let handle;
  const got = await acknowledged((control, n) => { const h = control.acquireHandle(); if (n === 1) handle = h; }, async (c) => {
    await advance('30s');
    await until('second message', () => c.got.length > 1);
    handle.invokeAcknowledgement();
    await settle(c);
    await advance('35s');
  });
  assert.deepEqual(got, ['redrive', 'redrive']);
});

test('Manual publish acknowledgement - acknowledgment invoke', async () => {
  const got = await acknowledged((control) => control.acquireHandle().invokeAcknowledgement(), async (c) => {
    await settle(c);
    await advance('35s');
  });
  assert.deepEqual(got, ['redrive']);
});

test('Manual publish acknowledgement - double-call', async () => {
  let first, second;
  await acknowledged((control) => { first = control.acquireHandle(); second = control.acquireHandle(); }, async () => {
    assert.ok(first);
    assert.equal(second, null);
    first.invokeAcknowledgement();
  });
});

test('Manual publish acknowledgement - post-calback acquire', async () => {
  let kept;
  await acknowledged((control) => { kept = control; }, async () => assert.equal(kept.acquireHandle(), null));
});

test('test_manual_publish_acknowledgement_qos0_acquire_is_none', async () => {
  let kept = 'nothing came';
  await acknowledged((control) => { kept = control; }, async () => assert.equal(kept, undefined), AtMostOnce);
});

test('Auto publish acknowledgement - no duplicate delivery', async () => {
  const got = await acknowledged(() => {}, async (c) => {
    await settle(c);
    await advance('35s');
  });
  assert.deepEqual(got, ['redrive']);
});

runAll();
