'use strict'

const { start } = require('./index.js')

const told = 4000 // characters of the trace of a test that failed

// For test.extend: a gateway for a file's tests, an account for each. Vitest reads the names
// of the fixtures from the source of these functions.
function fixtures(options) {
  return {
    gateway: [async ({}, use) => {
      const gateway = await start(options)
      await use(gateway)
      await gateway.stop()
    }, { scope: 'file' }],
    suback: async ({ gateway, task }, use) => {
      const account = await gateway.account()
      await use(account)
      if (task.result?.state === 'fail') await tell(account, task.name)
      await account.remove()
    },
  }
}

async function tell(account, name) {
  const trace = await account.traceText()
  if (trace) console.error(`suback: the trace of the account of "${name}":\n${trace.slice(-told)}`)
}

module.exports = { fixtures }
