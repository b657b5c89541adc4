'use strict'

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { start, SubackError } = require('../index.js')
const { answers, eventually } = require('./helper.js')

function written(t, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'suback-test-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'suback.yaml')
  fs.writeFileSync(file, text, { mode: 0o755 })
  return file
}

const silent = (t) => written(t, '#!/bin/sh\nexec cat\n')
const older = (t) => written(t, '#!/bin/sh\necho "suback: error: suback serve has no flag --end-with-stdin" >&2\nexit 2\n')

test('what is wrong at the start is said in the program\'s own words', async (t) => {
  const config = written(t, 'region: us-east-1\nthings: [{thingNme: pump}]\n')
  const rows = [
    ['a mistake in the file', { config }, new RegExp(`exit code 1:\n.*${config}:2: .*thingNme`)],
    ['no such file', { config: '/no/suback.yaml' }, /there is no file "\/no\/suback.yaml"/],
    ['no such flag', { args: ['--stat', 'x'] }, /exit code 2:\n.*no flag --stat, is --state meant\?/],
    ['no such program', { program: '/no/suback' }, /^SubackError: there is no program "\/no\/suback": go install .*SUBACK/],
    ['no such folder', { cwd: '/no/such' }, /there is no folder "\/no\/such", want one for cwd/],
    ['one that is not ready', { program: silent(t), timeout: 50 }, /suback was not ready within 50 ms/],
    ['an older one', { program: older(t) }, /no flag --end-with-stdin\nit is older than this package wants: go install/],
    ['no http listener', { args: ['--http', 'off'] }, /the http listener is off/],
  ]
  for (const [name, options, want] of rows) {
    await t.test(name, () => assert.rejects(start({ alone: true, ...options }), (error) => {
      assert.match(String(error), want)
      return error instanceof SubackError
    }))
  }
})

test('stop ends it, once and again', async () => {
  const gateway = await start({ alone: true })
  assert.ok(await answers(gateway.httpUrl))
  const { caFile } = gateway
  assert.ok(fs.existsSync(caFile))
  await gateway.stop()
  await gateway.stop()
  assert.equal(await answers(gateway.httpUrl), false)
  assert.equal(fs.existsSync(caFile), false)
  await assert.rejects(gateway.clients(), /^SubackError: the gateway at http:\/\/localhost:\d+ does not answer/)
})

// A process that starts a gateway and says where it is.
function owner(rest) {
  const script = `require(${JSON.stringify(require.resolve('../index.js'))}).start({ alone: true })
    .then((g) => { console.log(g.httpUrl); ${rest} })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())))
  return { child, url }
}

test('a process that is killed leaves none behind', async () => {
  const { child, url } = owner('setInterval(() => {}, 1000)')
  const at = await url
  assert.ok(await answers(at))
  child.kill('SIGKILL')
  await eventually('the gateway to end', async () => !(await answers(at)))
})

test('a process that forgets to stop it ends all the same', async () => {
  const { child, url } = owner('')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const at = await url
  assert.equal(await ended, 0)
  await eventually('the gateway to end', async () => !(await answers(at)))
})

test('below suback run it is that gateway', async () => {
  const outer = await start({ alone: true })
  const before = process.env.SUBACK_HTTP_URL
  process.env.SUBACK_HTTP_URL = outer.httpUrl
  try {
    const inner = await start({ config: 'not read' })
    assert.equal(inner.httpUrl, outer.httpUrl)
    assert.deepEqual(inner.ports, outer.ports)
    const lost = await inner.account({ name: 't0' })
    const account = await inner.account({ name: 't1' })
    assert.equal(account.httpUrl, `${outer.httpUrl}/_suback/accounts/t1`)
    await fetch(lost.httpUrl, { method: 'DELETE' })
    await assert.rejects(inner.stop(), /account "t0": there is none/) // and the others are ended all the same
    await assert.rejects(account.clients(), SubackError)
    assert.ok(await answers(outer.httpUrl))
  } finally {
    if (before === undefined) delete process.env.SUBACK_HTTP_URL
    else process.env.SUBACK_HTTP_URL = before
    await outer.stop()
  }
})
