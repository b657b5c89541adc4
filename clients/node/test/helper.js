'use strict'

// A client that neither tries again nor outlives the test.
async function dial(t, url, id, password = 'test', more = {}) {
  const { connectAsync } = require('mqtt') // here, since most test files do without
  const client = await connectAsync(url, { clientId: id, username: 'me', password, reconnectPeriod: 0, ...more }, false)
  client.on('error', () => {})
  t.after(() => client.endAsync(true))
  return client
}

// Waits until something holds, with a deadline that only a broken machine meets.
async function eventually(what, holds) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
    if (await holds()) return
  }
  throw new Error(`got nothing within 30 s, want ${what}`)
}

const answers = (url) => fetch(`${url}/health`).then(() => true, () => false)

module.exports = { dial, eventually, answers }
