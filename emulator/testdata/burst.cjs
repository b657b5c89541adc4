// MQTT.js, which publishes 20 messages of QoS 1 without waiting, and prints in which
// order they were acknowledged, as they were published: 1, 2, …
//
//   node burst.cjs URL VERSION CLIENT-ID
'use strict';

const mqtt = require('mqtt');

const [url, version, clientId] = process.argv.slice(2);
const client = mqtt.connect(url, { clientId, protocolVersion: Number(version), username: 'test', password: 'test', reconnectPeriod: 0 });
const order = [];

client.on('connect', () => {
  for (let i = 1; i <= 20; i++) {
    client.publish('burst', String(i), { qos: 1 }, (err) => {
      order.push(err ? err.message : i);
      if (order.length === 20) console.log('order', order.join(' '));
    });
  }
});
client.on('error', (err) => console.log('error', err.message));
client.on('close', () => console.log('closed'));
