// The connections of aws-crt-nodejs' lib/native/aws_iot_mqtt5.spec.ts, which are
// made against IoT Core, with the real library's builders. What is given beside
// the usual: the region, keys, and the authorizers "unsigned" and "signed".
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { auth, iot, mqtt5 } = require('aws-iot-device-sdk-v2');
const { given, test, runAll, started, stopped } = require('./suite.cjs');

const Builder = iot.AwsIotMqtt5ClientConfigBuilder;
const host = 'localhost';

function made(builder, port = given.https) {
  return new mqtt5.Mqtt5Client(builder.withCertificateAuthorityFromPath(undefined, given.ca).withPort(port).build());
}

// connects is the suite's testConnect.
async function connects(c) {
  const settings = await started(c);
  assert.ok(settings.clientId);
  const [disconnection, end] = [once(c, 'disconnection'), once(c, 'stopped')];
  c.stop();
  await disconnection; // before close: the library tells of it after "stopped" at times
  await end;
  c.close();
}

// fails is the suite's testFailedConnection.
async function fails(c) {
  const failure = once(c, 'connectionFailure');
  c.start();
  const [{ error, connack }] = await failure;
  assert.ok(error);
  assert.ok(connack.reasonCode >= 128, `reason code ${connack.reasonCode}`);
  await stopped(c);
}

const password = (s) => Buffer.from(s);
const unsigned = { authorizerName: 'unsigned', username: 'alice', password: password('wonderland') };
const signed = {
  authorizerName: 'signed', username: 'alice', password: password('wonderland'),
  tokenKeyName: 'token', tokenValue: given.token, tokenSignature: encodeURIComponent(given.signature),
};
const direct = (config) => made(Builder.newDirectMqttBuilderWithCustomAuth(host, config));
const websocket = (config) => made(Builder.newWebsocketMqttBuilderWithCustomAuth(host, config));
const bad = password('Thisisnotthepassword');

const byFile = () => Builder.newDirectMqttBuilderWithMtlsFromPath(host, given.certificate, given.key);
const inMemory = () => Builder.newDirectMqttBuilderWithMtlsFromMemory(
  host, readFileSync(given.certificate, 'utf8'), readFileSync(given.key, 'utf8'));
const temporary = () => auth.AwsCredentialsProvider.newStatic(given.accessKeyId, given.secretAccessKey, given.sessionToken);
const mqtts = given.mqtts;

for (const [name, run] of Object.entries({
  'Direct Mqtt By File - Connection Success': () => connects(made(byFile(), mqtts)),
  'Direct Mqtt By In-Memory - Connection Success': () => connects(made(inMemory(), mqtts)),
  'Direct Mqtt Non-Signing Custom Auth - Connection Success': () => connects(direct(unsigned)),
  'Direct Mqtt Signing Custom Auth - Connection Success': () => connects(direct(signed)),
  'Direct Mqtt Signing Custom Auth - Connection Success Unencoded Signature':
    () => connects(direct({ ...signed, tokenSignature: given.signature })),
  'Websocket by Sigv4 - Connection Success': () => connects(sigv4(temporary())),
  'Websocket Default Credentials - Connection Success': () => connects(sigv4(auth.AwsCredentialsProvider.newDefault())),
  'Direct Mqtt Non-Signing Custom Auth - Connection Failure Bad Password': () => fails(direct({ ...unsigned, password: bad })),
  'Direct Mqtt Signing Custom Auth - Connection Failure Bad Password': () => fails(direct({ ...signed, password: bad })),
  'Direct Mqtt Signing Custom Auth - Connection Failure Bad Token Value':
    () => fails(direct({ ...signed, tokenValue: 'ThisIsNotTheTokenValue' })),
  'Direct Mqtt Signing Custom Auth - Connection Failure Bad Token Signature':
    () => fails(direct({ ...signed, tokenSignature: 'ThisIsNotTheTokenSignature' })),
  'Websocket Mqtt Non-Signing Custom Auth - Connection Success': () => connects(websocket(unsigned)),
  'Websocket Mqtt Signing Custom Auth - Connection Success': () => connects(websocket(signed)),
})) test(`Aws Iot Core ${name}`, run);

// The suite takes the region from the endpoint's name.
function sigv4(credentialsProvider) {
  return made(Builder.newWebsocketMqttBuilderWithSigv4Auth(host, { region: given.region, credentialsProvider }));
}

runAll();
