// MQTT.js with 12 filters: it subscribes to them in two batches and takes 9 back in
// one; then it subscribes to all 12 at once, as it does after a reconnect. Arguments:
// URL, protocol version.
'use strict';
const mqtt = require('mqtt');

const filters = Array.from({ length: 12 }, (_, i) => `open/${i}`);
const client = mqtt.connect(process.argv[2], {
  protocolVersion: Number(process.argv[3]), clientId: 'batches', clean: true, username: 'me', password: 'secret', reconnectPeriod: 0,
});
client.on('error', (error) => console.log('error', error.message));
client.on('close', () => console.log('closed'));
client.on('disconnect', (packet) => console.log('disconnect', packet.reasonCode));
client.on('message', (topic) => {
  console.log('message', topic);
  client.subscribe(filters);
});
client.on('connect', async () => {
  await client.subscribeAsync(filters.slice(0, 8));
  await client.subscribeAsync(filters.slice(8));
  console.log('subscribed');
  client.unsubscribe(filters.slice(0, 9), (error) => console.log(error ? 'unanswered' : 'unsubscribed'));
  await client.unsubscribeAsync(filters.slice(1, 9));
  console.log('unsubscribed 8');
  client.publish('open/0', 'still');
});
