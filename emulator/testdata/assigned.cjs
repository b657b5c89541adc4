// MQTT.js without a client id over MQTT 5, and again with the one that it was
// assigned. Arguments: URL.
'use strict';
const mqtt = require('mqtt');

function connect(clientId, then) {
  const client = mqtt.connect(process.argv[2], {
    protocolVersion: 5, clientId, clean: true, username: 'me', password: 'secret', reconnectPeriod: 0,
  });
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'connack') return;
    const properties = packet.properties || {};
    console.log('connack', packet.reasonCode, properties.assignedClientIdentifier || properties.reasonString || '-');
    client.end(true, () => then && then(properties.assignedClientIdentifier));
  });
  client.on('error', () => {});
}

connect('', (assigned) => connect(assigned));
