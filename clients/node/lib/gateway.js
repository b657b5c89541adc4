'use strict'

const { Account } = require('./account.js')
const { Admin } = require('./admin.js')
const { Authority } = require('./authority.js')
const { SubackError } = require('./failure.js')
const { launch } = require('./program.js')

// A gateway, and its first account.
class Gateway extends Account {
  #where
  #running // undefined: somebody else started it
  #made = new Set()
  #admin

  constructor(where, info, running) {
    super(where, info)
    this.#where = where
    this.#running = running
    this.#admin = new Admin(where.base)
  }

  // What the gateway has written to its log lately.
  get log() {
    return this.#running?.log.join('\n') ?? ''
  }

  // By default it has the first one's id, so that ARNs in functions and policies fit.
  async account({ name, from, accountId = this.accountId } = {}) {
    const info = await this.#admin.json('POST', '/_suback/accounts', undefined, { name, from, accountId })
    const made = new Account(this.#where, info)
    made.remove = async () => {
      if (this.#made.delete(made)) await this.#admin.text('DELETE', `/_suback/accounts/${info.name}`)
    }
    this.#made.add(made)
    return made
  }

  async stop() {
    if (this.#running) {
      this.#made.clear()
      await this.#running.stop()
    }
    const problems = []
    for (const made of this.#made) await made.remove().catch((problem) => problems.push(problem))
    this.#where.ca.forget()
    if (problems.length > 0) throw problems[0]
  }
}

// Starts a gateway; below suback run it is that one, and nothing is started.
async function start(options = {}) {
  const theirs = process.env.SUBACK_HTTP_URL
  if (theirs && !options.alone) return open(theirs.replace(/\/$/, ''))
  const { running, listeners } = await launch(options)
  try {
    if (!listeners.http) throw new SubackError('the http listener is off, want it on: the helper asks there')
    return await open(`http://localhost:${listeners.http.split(':').at(-1)}`, running)
  } catch (error) {
    await running.stop()
    throw error
  }
}

async function open(base, running) {
  const admin = new Admin(base)
  const [caPem, [first]] = await Promise.all([
    admin.text('GET', '/_suback/ca.pem'), admin.json('GET', '/_suback/accounts')])
  return new Gateway({ host: new URL(base).hostname, base, ca: new Authority(caPem) }, first, running)
}

module.exports = { Gateway, start }
