// For node --require: connections to the hosts in REDIRECT_HOSTS (by commas) go
// to REDIRECT_PORT of this machine, whatever port they ask for. It stands for
// the DNS entry that a user would make, so that the client runs unchanged.
'use strict';

const net = require('node:net');

const hosts = process.env.REDIRECT_HOSTS.split(',');
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (hosts.includes(options?.host)) {
    Object.assign(options, { host: '127.0.0.1', port: process.env.REDIRECT_PORT });
  }
  return connect.apply(this, args);
};
