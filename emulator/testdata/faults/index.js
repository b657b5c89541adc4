// Functions that go wrong, each in its own way. Each process, and each child,
// leaves a file with its id as name in $PIDS.
'use strict';

const { writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const note = (pid) => process.env.PIDS && writeFileSync(`${process.env.PIDS}/${pid}`, '');
note(process.pid);

const grant = {
  isAuthenticated: true,
  principalId: 'faults',
  policyDocuments: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }] }],
};

exports.warm = async () => grant;
exports.throws = async () => { throw new TypeError('no such pump'); };
exports.crash = () => process.exit(3);
exports.nothing = async () => {};
exports.big = async () => 'x'.repeat(7 << 20);
exports.hang = async () => {
  note(spawn('sleep', ['600'], { stdio: 'ignore' }).pid);
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};
exports.stubborn = () => {
  process.on('SIGTERM', () => {});
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // as for (;;) does, without the CPU
};
exports.flood = () => {
  for (let i = 0; ; i++) process.stdout.write(`line ${i}\n`);
};
exports.chatty = async () => {
  process.stdout.write(`${'x'.repeat(10 << 20)}\n`);
  for (let i = 0; i < 20_000; i++) process.stderr.write(`line ${i}\n`);
  return grant;
};
exports.hog = async () => {
  for (const kept = []; ; await new Promise(setImmediate)) kept.push(Buffer.alloc(1 << 20, 1));
};
