'use strict'

// Jest's hooks have the names that these have here.
const { before, after, beforeEach, afterEach, describe, test } = require('node:test')
const assert = require('node:assert/strict')
const { useSuback } = require('../jest.js')

const hook = (of) => (run, timeout) => of(run, { timeout })

describe('useSuback', () => {
  assert.throws(() => useSuback(), /there is no beforeAll here/)
  Object.assign(globalThis, { beforeAll: hook(before), afterAll: hook(after), beforeEach: hook(beforeEach), afterEach: hook(afterEach) })
  const suback = useSuback({ alone: true })

  for (const n of [1, 2]) {
    test(`test ${n} has an account of its own`, async () => {
      assert.deepEqual(await suback.account.faults.list(), [])
      await suback.account.faults.add({ on: 'connect', do: 'refuse' })
    })
  }
  test('and those of others are gone', async () => {
    const there = await (await fetch(`${suback.gateway.httpUrl}/_suback/accounts`)).json()
    assert.deepEqual(there.map((a) => a.name), ['', suback.account.name])
  })
})
