'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { test, before, after } = require('node:test')
const { start, SubackError } = require('../index.js')
const { dial } = require('./helper.js')

let gateway
before(async () => { gateway = await start({ alone: true, args: ['--log-level', 'error'] }) })
after(() => gateway?.stop())

const topic = 'pumps/7/set'

async function withheld(t, account) {
  const deaf = await dial(t, account.mqttUrl, 'deaf', 'no-receive')
  await deaf.subscribeAsync(topic, { qos: 1 })
  await deaf.publishAsync(topic, 'on', { qos: 1 })
}

test('each listener of an account is reached', async (t) => {
  const account = await gateway.account({ name: 'doors' })
  const alpn = account.httpsUrl.replace(/^https:\/\/([^/]*).*/, 'mqtts://$1')
  const ways = [
    ['tcp', account.mqttUrl, {}],
    ['alpn', alpn, { ...account.tls, ALPNProtocols: ['mqtt'] }],
    ['wss', account.wssUrl, { wsOptions: { ca: account.caPem } }],
    ['ws', account.wsUrl, {}],
  ]
  for (const [id, url, more] of ways) await dial(t, url, id, 'test', more)
  assert.deepEqual((await account.clients()).map((c) => c.clientId).sort(), ['alpn', 'tcp', 'ws', 'wss'])
  assert.equal(fs.readFileSync(account.caFile, 'utf8'), account.caPem)
  assert.equal(account.accountId, gateway.accountId)
  assert.notEqual((await gateway.account({ accountId: '' })).accountId, gateway.accountId)
  assert.equal(account.env.AWS_ENDPOINT_URL_IOT, account.httpUrl)
  assert.equal(account.env.SUBACK_CA_FILE, account.caFile)
  const own = { PATH: '/bin', AWS_PROFILE: 'prod', AWS_DEFAULT_PROFILE: 'prod', AWS_SESSION_TOKEN: 'real', AWS_ENDPOINT_URL_S3: 'x',
    AWS_SECURITY_TOKEN: 'real', AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }
  assert.deepEqual(account.environment(own), { PATH: '/bin', ...account.env })
  assert.equal(account.env.AWS_SESSION_TOKEN, '')
  await account.remove()
  await assert.rejects(account.clients(), SubackError)
})

test('a message that arrives', async (t) => {
  const account = await gateway.account()
  const client = await dial(t, account.mqttUrl, 'pump')
  await client.subscribeAsync(topic)
  await client.publishAsync(topic, '1', { qos: 1 })
  const first = await account.arrives({ client: 'pump', topic, within: 30_000 })
  assert.equal(first.topic, topic)
  assert.match(await account.story(first.id), /went to 1 of 1/)
  const second = account.arrives({ client: 'pump', topic, after: first, within: 30_000 })
  await client.publishAsync(topic, '2', { qos: 1 })
  assert.notEqual((await second).id, first.id)
})

test('a message that does not says why', async (t) => {
  const account = await gateway.account()
  await withheld(t, account)
  await assert.rejects(account.arrives({ client: 'deaf', topic, within: 3_600_000 }), (error) => {
    const lines = error.message.split('\n')
    assert.equal(lines[0], 'no message on pumps/7/set came to deaf')
    assert.match(lines[1], /^because: Messages on "pumps\/7\/set" are withheld from "deaf".* does not allow iot:Receive/)
    assert.match(error.message, /\n {2}repair {4}LambdaPolicy\[0\]: add \/Statement\/-/)
    assert.match(error.message, /\nthe message:\n.*\n {4}The message of client deaf went to 0 of 1 \(1 withheld\)\./)
    assert.equal(error.finding.found, 'withheld')
    return error instanceof SubackError
  })
  await assert.rejects(account.arrives({ client: 'deaf', topic: 'pumps/#', within: 50 }), // of a filter others may come
    /^SubackError: no message on pumps\/# came to deaf within 50 ms\nbecause: /)
  const records = await account.trace({ outcome: 'WITHHELD' })
  assert.equal(records[0].topic, topic)
  assert.match(await account.traceText({ outcome: 'WITHHELD' }), /deaf Publish-Out WITHHELD/)
})

test('what an application should have done', async (t) => {
  const account = await gateway.account()
  await withheld(t, account)
  let tries = 0
  assert.equal(await account.waitFor(() => ++tries > 1 && 'done', { client: 'deaf', topic, within: 30_000 }), 'done')
  const wrong = new Error('the pump is off, want on')
  await assert.rejects(account.waitFor(() => { throw wrong }, { client: 'deaf', topic, within: 50 }), (error) => {
    assert.match(error.message, /^the pump is off, want on, within 50 ms\nbecause: Messages on .* are withheld/)
    return error.cause === wrong
  })
  await assert.rejects(account.waitFor(() => false, { client: 'nobody', topic, within: 0 }),
    /^SubackError: what was waited for did not happen, within 0 ms\nbecause: Nobody has connected as "nobody"/)
})

test('a check that does not end', async () => {
  const account = await gateway.account()
  await assert.rejects(account.waitFor(() => new Promise(() => {}), { client: 'x', topic, within: 50 }),
    /^SubackError: the check has not ended, within 50 ms\nbecause: Nobody has connected as "x"/)
})

test('the error of a test stays where nobody knows the reason', async (t) => {
  const account = await gateway.account()
  const wrong = new Error('the pump is off')
  const broken = () => { throw wrong }
  const row = { client: 'x', topic, within: 0 }
  await account.remove()
  await assert.rejects(account.waitFor(broken, row), (error) => {
    assert.match(error.message, /^the pump is off, within 0 ms\nbecause: \(not known: .*account/)
    return error.cause === wrong
  })
  const silent = await start({ alone: true, args: ['--stories', 'off'] })
  t.after(() => silent.stop())
  await assert.rejects(silent.waitFor(broken, row),
    /^SubackError: the pump is off, within 0 ms\nbecause: .*[^]*\nthe message: \(not known: .*keeps no stories/)
})

test('accounts do not see each other', async (t) => {
  const [one, two] = await Promise.all([gateway.account(), gateway.account()])
  const listener = await dial(t, one.mqttUrl, 'same')
  await listener.subscribeAsync(topic)
  await withheld(t, two)
  await dial(t, two.mqttUrl, 'same')
  assert.deepEqual((await one.clients()).map((c) => c.clientId), ['same'])
  assert.deepEqual(await one.messages({ topic }), [])
})

test('faults, the clock and a reset', async (t) => {
  const account = await gateway.account()
  const fault = await account.faults.add({ on: 'publish', do: 'throttle', client: 'pump' })
  assert.deepEqual((await account.faults.list()).map((f) => f.id), [fault.id])
  await account.faults.remove(fault)
  await account.faults.add({ on: 'connect', do: 'refuse', client: 'x' })
  await account.faults.clear()
  assert.deepEqual(await account.faults.list(), [])
  await assert.rejects(account.faults.add({ on: 'puback', do: 'explode' }), /explode/)
  await account.advance('5m')
  await assert.rejects(account.advance('5'), /want \{"advance": "5m"\}/)
  await dial(t, account.mqttUrl, 'pump')
  await account.reset()
  assert.deepEqual(await account.clients(), [])
})
