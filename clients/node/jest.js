'use strict'

const { start } = require('./index.js')

const startTime = 60_000 // ms; a machine may be busy

// At the top of a test file: a gateway for its tests, an account for each.
function useSuback(options) {
  if (typeof globalThis.beforeAll !== 'function') {
    throw new Error('useSuback: there is no beforeAll here, want it called at the top of a test file, by a runner with globals')
  }
  let gateway, account
  beforeAll(async () => { gateway = await start(options) }, startTime)
  beforeEach(async () => { account = await gateway.account() })
  afterEach(async () => { await account?.remove() })
  afterAll(async () => { await gateway?.stop() }, startTime)
  return {
    get gateway() { return gateway },
    get account() { return account },
  }
}

module.exports = { useSuback }
