// The tests of requests and responses of aws-crt-nodejs' lib/native/mqtt_request_response.spec.ts
// that run against IoT Core's Device Shadow service, over both versions of MQTT, with the real
// library. Where the suite waits 4 seconds for nothing, this waits for one.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { iot, mqtt } = require('aws-iot-device-sdk-v2');
const { mqtt_request_response: requests } = require('aws-crt');
const { given, test, runAll, client, started, stopped, text, fresh } = require('./suite.cjs');

// versions have the protocol's client, how it starts and stops, and the client of requests.
const versions = {
  Mqtt5: async (options) => {
    const c = client();
    const r = requests.RequestResponseClient.newFromMqtt5(c, options);
    await started(c);
    return { r, publish: (topicName, payload) => c.publish({ topicName, payload, qos: 1 }), end: () => stopped(c) };
  },
  Mqtt311: async (options) => {
    const builder = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(given.certificate, given.key);
    const c = new mqtt.MqttClient().new_connection(builder.with_certificate_authority_from_path(undefined, given.ca)
      .with_port(given.mqtts).with_endpoint('localhost').with_client_id(fresh('requests')).build());
    c.on('error', () => {}); // the call that fails says it
    const r = requests.RequestResponseClient.newFromMqtt311(c, options);
    await c.connect();
    return { r, publish: (topic, payload) => c.publish(topic, payload, mqtt.QoS.AtLeastOnce), end: () => c.disconnect() };
  },
};

// within opens both clients, and closes them.
async function within(version, use, operationTimeoutInSeconds = 60) {
  const context = await versions[version]({ maxRequestResponseSubscriptions: 6, maxStreamingSubscriptions: 2, operationTimeoutInSeconds });
  try {
    await use(context);
  } finally {
    context.r.close();
    await context.end();
  }
}

// request is one of a named shadow; tokens says whether responses are told apart by one.
function request(path, filters, members, tokens) {
  const publishTopic = `$aws/things/NoSuchThing/shadow/name/${path}`, correlationToken = fresh('token');
  const response = (end) => ({ topic: `${publishTopic}/${end}`, ...(tokens && { correlationTokenJsonPath: 'clientToken' }) });
  return { publishTopic, ...(tokens && { correlationToken }), subscriptionTopicFilters: filters.map((f) => `${publishTopic}/${f}`),
    responsePaths: [response('accepted'), response('rejected')],
    payload: JSON.stringify({ ...members, ...(tokens && { clientToken: correlationToken }) }) };
}

const get = (tokens) => request('Derp/get', ['+'], {}, tokens);

for (const version of Object.keys(versions)) {
  test(`Create Destroy ${version}`, () => within(version, () => {}));
  for (const tokens of [true, false]) {
    const name = tokens ? version : `No CorrelationToken ${version}`;
    test(`GetNamedShadow Success Rejected ${name}`, () => within(version, async ({ r }) => {
      const asked = get(tokens), response = await r.submitRequest(asked);
      assert.equal(response.topic, asked.responsePaths[1].topic);
      assert.match(text(response.payload), /No shadow exists with name/);
    }));
    test(`UpdateNamedShadow Success Accepted ${name}`, () => within(version, async ({ r }) => {
      const state = { desired: { magic: fresh('magic') } };
      const asked = request('UpdateShadowCITest/update', ['accepted', 'rejected'], { state }, tokens);
      const response = await r.submitRequest(asked);
      assert.equal(response.topic, asked.responsePaths[0].topic);
      assert.deepEqual(JSON.parse(text(response.payload)).state, state);
    }));
    test(`GetNamedShadow Failure Timeout ${name}`, () => within(version, async ({ r }) => {
      await assert.rejects(r.submitRequest({ ...get(tokens), publishTopic: 'not/the/right/topic' }), /timeout/i);
    }, 1));
  }
  test(`ShadowUpdated Streaming Operation Success Incoming Publish ${version.toUpperCase()}`, () => within(version, async ({ r, publish }) => {
    const topic = fresh('uncommon/topic'), stream = r.createStream({ subscriptionTopicFilter: topic });
    const established = once(stream, 'subscriptionStatus'), incoming = once(stream, 'incomingPublish');
    stream.open();
    assert.equal((await established)[0].type, requests.SubscriptionStatusEventType.SubscriptionEstablished);
    await publish(topic, 'IncomingPublish');
    assert.equal(text((await incoming)[0].payload), 'IncomingPublish');
    stream.close();
  }));
}

runAll();
