// The Lambda runtime for Node.js: it loads the handler and runs it for every
// invocation the Runtime API hands out. node reads it from standard input.
//
//   - CommonJS and ES modules; the export may be nested (file.a.b)
//   - the first answer wins, whatever the handler does afterwards
//   - a callback's answer leaves when the event loop is empty, unless
//     callbackWaitsForEmptyEventLoop is false; promises and context.succeed,
//     fail and done do not wait
//   - a plain value that is returned without async is no answer, as on AWS
//   - an uncaught exception or rejection is reported, then the process ends
//
// It is CommonJS, which starts in four fifths of the time of an ES module.
'use strict';
{ // what a script declares outside of a block is global: the handler would see it, and not on AWS
const { Socket, connect } = require('node:net');
const { dirname, basename, join } = require('node:path');
const { existsSync } = require('node:fs');
const { isNativeError } = require('node:util/types');
const { pathToFileURL } = require('node:url');
for (const name of ['require', 'module', 'exports', '__filename', '__dirname']) delete globalThis[name];

const env = process.env;
const [host, port, secret] = env.AWS_LAMBDA_RUNTIME_API.split(/[:/]/);
const api = connect({ host, port: Number(port), noDelay: true });
const beforeExit = { run: () => {} }; // what an empty event loop means right now
let loaded = false; // the handler
let current = null; // the invocation under way
let dying = false; // no further invocation is asked for

class RuntimeError extends Error {
  constructor(type, message, stack) {
    super(message);
    this.name = `Runtime.${type}`;
    this.stack = stack ?? this.stack;
  }
}

// call makes one call of the Runtime API, one at a time over one connection.
// Without an answer the emulator is gone, and so is the reason to live.
//
// It is HTTP by hand: node:http would take longer than most handlers.
function call(method, path, body = '') {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    api.removeAllListeners('data').on('data', (chunk) => {
      received = received.length ? Buffer.concat([received, chunk]) : chunk;
      const answer = parse(received);
      if (!answer) return;
      api.unref(); // an idle connection does not keep the event loop busy
      resolve(answer);
    });
    api.ref();
    const head = `${method} /${secret}/2018-06-01/runtime${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    api.write(head + body); // one write: half the packets, and they wake the emulator once
  });
}

// parse reads a whole answer, which the emulator always sends with its length.
function parse(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = Number(headers['content-length']);
  if (received.length < end + 4 + length) return undefined;
  return { status: Number(first.split(' ')[1]), headers, body: received.toString('utf8', end + 4, end + 4 + length) };
}

function describe(error) {
  try {
    if (isNativeError(error) || error instanceof Error) {
      const trace = String(error.stack).split(/\n.*\[(?:eval|stdin)/)[0].split('\n'); // down to the first line of this file
      return { errorType: error.name, errorMessage: error.message, trace };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'the error cannot be described', trace: [] };
  }
}

// log writes an error to the log and returns what the Runtime API wants of it.
function log(error) {
  const told = describe(error);
  console.error([`ERROR ${told.errorType}: ${told.errorMessage}`, ...told.trace.slice(1)].join('\n'));
  return JSON.stringify(told);
}

// die ends the process after an error nobody caught. An answer that was given
// before it stands.
async function die(error, code) {
  dying = true;
  if (!loaded) {
    await call('POST', '/init/error', log(error));
  } else if (current?.settle({ error })) {
    await current.finished;
  } else {
    log(error);
    await current?.finished;
  }
  process.exit(code);
}

// load finds the handler named by _HANDLER, e.g. dir/index.handler.
async function load() {
  const name = basename(env._HANDLER);
  const dot = name.indexOf('.');
  const file = join(env.LAMBDA_TASK_ROOT, dirname(env._HANDLER), name.slice(0, dot));
  const module = await importFile(file);
  const find = (object) => name.slice(dot + 1).split('.').reduce((o, key) => o?.[key], object);
  const handler = find(module) ?? find(module.default);
  if (handler === undefined || handler === null) {
    throw new RuntimeError('HandlerNotFound', `${env._HANDLER} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${env._HANDLER} is not a function`);
  }
  return handler;
}

async function importFile(file) {
  const path = ['.js', '.mjs', '.cjs'].map((ext) => file + ext).find((path) => existsSync(path));
  if (!path) throw new RuntimeError('ImportModuleError', `Error: Cannot find module '${basename(file)}'`);
  try {
    return await import(pathToFileURL(path));
  } catch (e) {
    if (e instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(e), e.stack);
    if (/MODULE_NOT_FOUND$/.test(e?.code)) throw new RuntimeError('ImportModuleError', String(e), e.stack);
    throw e;
  }
}

// run calls the handler once and returns its first answer: {result} or {error}.
function run(handler, body, context, invocation) {
  return new Promise((resolve) => {
    let settled = false;
    let wait = true; // callbackWaitsForEmptyEventLoop
    const first = (answer) => {
      if (settled) return false;
      settled = true;
      return resolve(answer), true;
    };
    const done = (error, result) => first(error === undefined || error === null ? { result } : { error });
    const callback = (error, result) => {
      if (settled) {
        console.error('suback: debug: the handler has answered already: the first answer counts, not this one (D-27)');
        return;
      }
      if (!wait || (error !== undefined && error !== null)) return void done(error, result);
      settled = true;
      beforeExit.run = () => resolve({ result });
      invocation.settle = () => resolve({ result }); // a crash no longer changes the answer
      warnLate(context);
    };
    invocation.settle = first;
    Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
      enumerable: true, get: () => wait, set: (value) => { wait = value; },
    });
    context.done = (error, result) => void done(error, result);
    context.succeed = (result) => void done(null, result);
    context.fail = (error) => void done(error ?? 'handled');

    beforeExit.run = () => first(handler.constructor?.name === 'AsyncFunction'
      ? { error: new RuntimeError('NodeJsExit', 'the event loop is empty, but the promise the handler returned was never settled') }
      : { result: null });
    try {
      const returned = handler(JSON.parse(body), context, callback);
      if (typeof returned?.then === 'function') {
        returned.then(context.succeed, context.fail);
      } else if (returned !== undefined && !settled) {
        console.error('suback: the handler returned a value without being async: Lambda ignores it, use async or the callback');
      }
    } catch (error) {
      done(error);
    }
  });
}

// warnLate explains the time-out that comes when an answer waits for an event
// loop that never empties.
function warnLate(context) {
  setTimeout(() => {
    if (current?.id !== context.awsRequestId) return;
    console.error('suback: the callback was called, but a timer or a socket keeps the event loop busy: set context.callbackWaitsForEmptyEventLoop = false');
  }, Math.max(0, context.getRemainingTimeInMillis() - 50)).unref();
}

// answer sends what the handler gave.
async function answer(id, { error, result }) {
  if (error !== undefined) return call('POST', `/invocation/${id}/error`, log(error));
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    return call('POST', `/invocation/${id}/error`, log(new Error('Unable to stringify response body')));
  }
  return call('POST', `/invocation/${id}/response`, body);
}

function contextFor(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function main() {
  let handler;
  try {
    handler = await load();
  } catch (error) {
    await call('POST', '/init/error', log(error));
    return process.exit(1);
  }
  loaded = true;
  for (;;) {
    const { status, headers, body } = await call('GET', '/invocation/next');
    if (status !== 200) process.exit(1);
    const context = contextFor(headers);
    env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    const invocation = { id: context.awsRequestId };
    invocation.finished = new Promise((resolve) => { invocation.finish = resolve; });
    current = invocation;
    const outcome = await run(handler, body, context, invocation);
    beforeExit.run = () => {};
    await answer(invocation.id, outcome);
    current = null;
    invocation.finish();
    if (dying) return;
  }
}

// The emulator holds the other end of descriptor 3. When it is gone, so are
// this process and its children.
function followEmulator() {
  if (process.platform === 'win32') return;
  const lifeline = new Socket({ fd: 3, writable: false });
  lifeline.on('close', () => process.kill(-process.pid, 'SIGKILL'));
  lifeline.resume().unref();
}

// What is printed before an answer is in the log before the answer is out, and
// a flood waits here instead of filling memory.
for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
if (env._HOME) env.HOME = env._HOME; // until here HOME had to find the interpreter
delete env._HOME;
process.execArgv = []; // meant for this script, not for the handler's own children
process.on('beforeExit', () => setImmediate(() => beforeExit.run()));
process.on('uncaughtException', (error) => die(error, 129));
process.on('unhandledRejection', (reason) => die(new RuntimeError('UnhandledPromiseRejection', String(reason), reason?.stack), 128));
for (const end of ['error', 'close']) api.on(end, () => process.exit(1));
followEmulator();
main();
}
