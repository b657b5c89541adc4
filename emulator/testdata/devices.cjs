// Many devices of fixtures/clients/sdk.js in one process: to load AWS's SDK takes
// longer than what most of them do. Each is the file as it stands, run again with
// arguments and a console of its own.
//
// A line of standard input is JSON: {id, args} starts a device, {id} ends one. A line
// of standard output is {id, line}, what a device prints, or {id}, its end.
'use strict';

const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { format } = require('node:util');
const sdk = require('aws-iot-device-sdk-v2');

console.log = console.error; // what the SDK says by itself, but while a device is made

const file = require.resolve('../../fixtures/clients/sdk.js');
const run = new Function('require', 'console', readFileSync(file, 'utf8'));
const devices = new Map(); // what ends their connections, by id

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

// sdkOf is the SDK, but that it notes how to end what a device makes with it.
function sdkOf(ends) {
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

function start(id, args) {
  const ends = [];
  devices.set(id, ends);
  const log = (...words) => devices.has(id) && format(...words).split('\n').forEach((line) => say({ id, line }));
  process.argv = [process.argv[0], file, ...args]; // it reads them before it returns
  console.log = log; // it may warn of the port
  run((name) => (name === 'aws-iot-device-sdk-v2' ? sdkOf(ends) : require(name)), { ...console, log });
  console.log = console.error;
}

function end(id) {
  devices.get(id)?.forEach((end) => end());
  if (devices.delete(id)) say({ id });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, args } = JSON.parse(line);
    if (args) start(id, args);
    else end(id);
  })
  .on('close', () => process.exit());
