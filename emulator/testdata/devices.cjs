// Many devices in one process: to load AWS's SDK, MQTT.js or a signer takes longer
// than what most of them do. Each is a file as it stands, run again with arguments, a
// console and, where it asks for them, variables of its own.
//
// A line of standard input is JSON: {id, file, args, ca, env} starts a device, {id}
// ends one. A line of standard output is {id, line}, what a device prints, or {id},
// its end. ca is a file, for MQTT.js: NODE_EXTRA_CA_CERTS is a whole process's.
'use strict';

const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { format } = require('node:util');

console.log = console.error; // what AWS's SDK says by itself, but while a device is made

const compiled = (name) => new Function('require', 'console', 'process', readFileSync(require.resolve(name), 'utf8'));
const files = Object.fromEntries(['../../fixtures/clients/sdk.js', '../../fixtures/clients/device.js', './signed.cjs', './shadow.cjs']
  .map((name) => [name, compiled(name)]));
const devices = new Map(); // what ends their connections, by id

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

// sdkOf is the SDK, but that it notes how to end what a device makes with it.
function sdkOf({ ends }) {
  const sdk = require('aws-iot-device-sdk-v2');
  class Mqtt5Client extends sdk.mqtt5.Mqtt5Client {
    constructor(config) {
      super(config);
      ends.push(() => { this.stop(); this.close(); });
    }
  }
  class MqttClient extends sdk.mqtt.MqttClient {
    new_connection(config) {
      const connection = super.new_connection(config);
      ends.push(() => connection.disconnect().catch(() => {}));
      return connection;
    }
  }
  return { ...sdk, mqtt: { ...sdk.mqtt, MqttClient }, mqtt5: { ...sdk.mqtt5, Mqtt5Client } };
}

// mqttOf is MQTT.js in the same way, with the device's CA.
function mqttOf({ ends, ca }) {
  const mqtt = require('mqtt');
  const connect = (url, options) => {
    const client = mqtt.connect(url, { ...options, ca });
    ends.push(() => client.end(true));
    return client;
  };
  return { ...mqtt, connect };
}

// sdk1Of is AWS's SDK v1 in the same way.
function sdk1Of({ ends }) {
  const sdk = require('aws-iot-device-sdk');
  const thingShadow = (options) => {
    const shadows = sdk.thingShadow(options);
    ends.push(() => shadows.end(true));
    return shadows;
  };
  return { ...sdk, thingShadow };
}

const libraries = { 'aws-iot-device-sdk-v2': sdkOf, 'aws-iot-device-sdk': sdk1Of, mqtt: mqttOf };

// run runs a file for a device. It reads its arguments before it returns.
function run(name, device) {
  const load = (wanted) => {
    if (libraries[wanted]) return libraries[wanted](device);
    return files[wanted] ? run(wanted, device) : require(wanted);
  };
  process.argv = device.process.argv;
  console.log = device.console.log; // it may warn of the port
  files[name](load, device.console, device.process);
  console.log = console.error;
}

function start({ id, file, args, ca, env }) {
  const log = (...words) => devices.has(id) && format(...words).split('\n').forEach((line) => say({ id, line }));
  const device = {
    ends: [], ca: ca && readFileSync(ca), console: { ...console, log },
    process: { argv: [process.argv[0], file, ...args], env: { ...process.env, ...env } },
  };
  devices.set(id, device.ends);
  run(file, device);
}

function end(id) {
  devices.get(id)?.forEach((end) => end());
  if (devices.delete(id)) say({ id });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    if (command.file) start(command);
    else end(command.id);
  })
  .on('close', () => process.exit());
