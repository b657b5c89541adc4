// Handlers of every style, one export each.
const { spawn } = require('node:child_process');
const { chmodSync, existsSync, mkdirSync, writeFileSync } = require('node:fs');
const { homedir, tmpdir } = require('node:os');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// any is any of those below, as the event says.
exports.any = (event, context, callback) => exports[event.of](event.with, context, callback);

// Answers.
exports.echo = async (event) => event;
exports.callback = (event, context, callback) => callback(null, event);
exports.callbackTwice = (event, context, callback) => { callback(null, 'first'); callback(null, 'second'); };
exports.callbackThenError = (event, context, callback) => { callback(null, 'first'); callback(new Error('second')); };
exports.errorThenCallback = (event, context, callback) => { callback(new Error('first')); callback(null, 'second'); };
exports.callbackThenThrow = (event, context, callback) => { callback(null, 'first'); throw new Error('second'); };
exports.callbackThenReject = (event, context, callback) => { callback(null, 'first'); Promise.reject(new Error('second')); };
exports.callbackThenPromise = async (event, context, callback) => { callback(null, 'first'); return 'second'; };
exports.callbackLater = (event, context, callback) => { setTimeout(() => callback(null, 'later'), 5); };
exports.succeed = (event, context) => { context.succeed('first'); context.fail(new Error('second')); };
exports.fail = (event, context) => { context.fail(new TypeError('no')); context.succeed('second'); };
exports.failNothing = (event, context) => context.fail();
exports.done = (event, context) => context.done(null, 'done');
exports.doneError = (event, context) => context.done('a text');
exports.plainValue = () => ({ lost: true });
exports.nothing = () => {};
exports.asyncNothing = async () => {};
exports.thenable = () => ({ then: (resolve) => resolve('then') });
exports.nested = { deep: async () => 'nested' };

// The event loop.
exports.timerNoWait = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 1000);
  callback(null, 'at once');
};
exports.timerWait = (event, context, callback) => {
  setTimeout(() => console.log('the timer ran'), 50);
  callback(null, 'after the timer');
};
exports.timerForever = (event, context, callback) => { setInterval(() => {}, 1000); callback(null, 'never sent'); };
exports.neverSettled = async () => new Promise(() => {});

// Failures.
exports.throwSync = () => { throw new RangeError('sync'); };
exports.throwAsync = async () => { await sleep(1); throw new RangeError('async'); };
exports.throwText = async () => { throw 'just text'; };
exports.unhandledRejection = () => { Promise.reject(new Error('nobody caught me')); setTimeout(() => {}, 1000); };
exports.uncaught = () => { setTimeout(() => { throw new RangeError('uncaught'); }, 1); };
exports.exit = () => process.exit(3);
exports.exitZero = () => process.exit(0);
exports.killed = () => process.kill(process.pid, 'SIGKILL');
exports.circular = async () => { const a = {}; a.a = a; return a; };
exports.bigint = async () => 1n;
exports.big = async (event) => 'x'.repeat(event.size);
exports.notAFunction = 42;

// Facts.
exports.globals = async (event) => event.filter((name) => (0, eval)(`typeof ${name}`) !== 'undefined');
exports.pid = async () => process.pid;
exports.context = async (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });
exports.environment = async () => process.env;
exports.place = async () => ({ cwd: process.cwd(), execArgv: process.execArgv });
exports.litter = async (event) => {
  const file = `${tmpdir()}/file`;
  writeFileSync(file, 'x');
  mkdirSync(`${homedir()}/.cache/deep`, { recursive: true });
  chmodSync(`${homedir()}/.cache`, 0);
  if (event.hang) await sleep(60_000);
  return file;
};
exports.print = async (event) => {
  console.log('to stdout');
  console.error('to stderr');
  process.stdout.write('x'.repeat(event.long ?? 0) + '\n');
  for (let i = 0; i < (event.lines ?? 0); i++) process.stdout.write(`line ${i}\n`);
  process.stdout.write('no line feed');
};

// Time.
exports.sleep = async (event) => { await sleep(event.ms); return process.pid; };
exports.until = async (event) => { while (!existsSync(event.file)) await sleep(5); };
exports.sleepIf = async (event) => { if (event.hang) await sleep(60_000); return process.pid; };
exports.spin = () => { process.on('SIGTERM', () => {}); console.log(`pids ${process.pid}`); for (;;); };
exports.answerThenHang = (event, context) => { context.succeed('early'); setImmediate(hang); };
const hang = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // as for (;;) does, without the CPU
exports.child = async () => {
  process.on('SIGTERM', () => {});
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  console.log(`pids ${process.pid} ${child.pid}`);
  await sleep(600_000);
};
exports.detached = async () => {
  const child = spawn('sleep', ['300'], { stdio: 'ignore', detached: true });
  console.log(`left ${child.pid}`);
};

// Memory.
exports.hog = async (event) => {
  const kept = [];
  for (let mb = 0; mb < event.mb; mb++) {
    kept.push(Buffer.alloc(1 << 20, 1));
    await sleep(0); // the watch has its chance
  }
  if (event.stay) await sleep(60_000);
  return kept.length;
};
exports.leak = async () => { const kept = []; for (;;) kept.push({ at: kept.length, text: `number ${kept.length}` }); };
const forever = [];
exports.keep = async (event) => { forever.push(Buffer.alloc(event.mb << 20, 1)); };
