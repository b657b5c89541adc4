'use strict'

const { setTimeout: pause } = require('node:timers/promises')
const { Admin } = require('./admin.js')
const { SubackError, explained } = require('./failure.js')

// ms; the runners end a test after 5000 by default, and the reason must be told before that
const patience = 3000

// What of the caller's own would go before the keys and the address of the gateway.
const isTheirs = (name) => /^AWS_((DEFAULT_)?PROFILE|(SESSION|SECURITY)_TOKEN|CREDENTIAL_EXPIRATION|ENDPOINT_URL.*)$/.test(name)

// An account of the gateway: where it is, and what is asked and told about it.
class Account {
  #admin
  #ca

  // where: {host, base, ca}; info: as the admin API has it.
  constructor(where, info) {
    Object.assign(this, {
      name: info.name,
      accountId: info.accountId,
      region: info.region,
      endpoint: info.endpointAddress,
      host: info.host,
      accessKeyId: info.accessKeyId ?? 'test',
      secretAccessKey: info.secretAccessKey ?? 'test',
      caPem: where.ca.pem,
      tls: { ca: where.ca.pem, servername: info.host },
      ports: {},
    })
    for (const [listener, address] of Object.entries(info.listeners)) {
      this.ports[listener] = Number(address.slice(address.lastIndexOf(':') + 1))
    }
    const path = info.path ?? ''
    const url = (scheme, listener, rest = '') =>
      this.ports[listener] && `${scheme}://${where.host}:${this.ports[listener]}${rest}`
    this.mqttUrl = url('mqtt', 'mqtt')
    this.mqttsUrl = url('mqtts', 'mqtts')
    this.httpsUrl = url('https', 'https', path)
    this.wssUrl = url('wss', 'https', `${path}/mqtt`)
    this.wsUrl = url('ws', 'http', `${path}/mqtt`)
    this.httpUrl = where.base + path
    this.#ca = where.ca
    this.#admin = new Admin(this.httpUrl)
    this.faults = faultsOf(this.#admin)
  }

  get caFile() {
    return this.#ca.file
  }

  // What AWS SDKs and the programs under test need, to be added to an environment. A profile of the
  // caller's cannot be undone by adding: see environment.
  get env() {
    const env = {
      SUBACK_MQTT_URL: this.mqttUrl,
      SUBACK_MQTTS_URL: this.mqttsUrl,
      SUBACK_HTTPS_URL: this.httpsUrl,
      SUBACK_WSS_URL: this.wssUrl,
      SUBACK_HTTP_URL: this.httpUrl,
      SUBACK_CA_FILE: this.caFile,
      NODE_EXTRA_CA_CERTS: this.caFile,
      AWS_ENDPOINT_URL: this.httpUrl,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false', // by true SDKs would go to AWS all the same
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_ACCESS_KEY_ID: this.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.secretAccessKey,
      AWS_SESSION_TOKEN: '',
    }
    for (const service of ['IOT', 'IOT_DATA_PLANE', 'STS', 'COGNITO_IDENTITY', 'LAMBDA', 'ACM']) {
      env[`AWS_ENDPOINT_URL_${service}`] = this.httpUrl
    }
    for (const name in env) if (env[name] === undefined) delete env[name]
    return env
  }

  // The whole environment of a program under test, as suback run sets it.
  environment(own = process.env) {
    const kept = Object.entries(own).filter(([name]) => !isTheirs(name))
    return { ...Object.fromEntries(kept), ...this.env }
  }

  async why({ client, topic }) {
    const asked = { client, topic }
    const [finding, text] = await Promise.all([
      this.#admin.json('GET', '/_suback/why', asked),
      this.#admin.text('GET', '/_suback/why', { ...asked, format: 'text' }),
    ])
    return { ...finding, text: text.trimEnd() }
  }

  async arrives({ client, topic, within = patience, after }) {
    const end = Date.now() + within
    for (let every = 10; ; every = Math.min(2 * every, 100)) {
      const all = await this.messages({ client, topic, limit: 1000 })
      const later = all.slice(all.findIndex((m) => m.id === after?.id) + 1)
      const found = later.find((m) => to(m, client)?.sent)
      if (found) return found
      const what = `no message on ${topic} came to ${client}`
      if (isWithheld(later.at(-1), client, topic)) throw await explained(this, what, { client, topic })
      if (Date.now() >= end) throw await explained(this, `${what} within ${within} ms`, { client, topic })
      await pause(every)
    }
  }

  async waitFor(check, { client, topic, within = patience, every = 25 }) {
    const end = Date.now() + within
    for (;;) {
      let problem
      try {
        const value = await before(end, check)
        if (value !== false) return value
      } catch (cause) {
        problem = cause
      }
      if (Date.now() >= end) {
        const what = problem?.message ?? 'what was waited for did not happen'
        throw await explained(this, `${what}, within ${within} ms`, { client, topic }, problem)
      }
      await pause(every)
    }
  }

  messages(filter) {
    return this.#admin.lines('/_suback/messages', filter)
  }

  async story(id) {
    return (await this.#admin.text('GET', `/_suback/messages/${encodeURIComponent(id)}`, { format: 'text' })).trimEnd()
  }

  trace(filter) {
    return this.#admin.lines('/_suback/trace', filter)
  }

  async traceText(filter) {
    return (await this.#admin.text('GET', '/_suback/trace', { ...filter, format: 'text' })).trimEnd()
  }

  clients() {
    return this.#admin.json('GET', '/_suback/clients')
  }

  async advance(by) {
    await this.#admin.json('POST', '/_suback/clock', undefined, { advance: by })
  }

  async reset() {
    await this.#admin.json('POST', '/_suback/reset')
  }

  async remove() {
    throw new SubackError('the first account is the gateway itself, which stop() ends')
  }
}

// What check answers, or that it did not in time.
async function before(end, check) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the check has not ended')), Math.max(0, end - Date.now()))
  })
  try {
    return await Promise.race([check(), late])
  } finally {
    clearTimeout(timer)
  }
}

const to = (message, client) => message?.deliveries.find((d) => d.client === client)

// Whether the policy of a client keeps a topic from it: then there is nothing to wait for.
// With a filter there is, a message on another topic.
const isWithheld = (message, client, topic) => !/[+#]/.test(topic) && to(message, client)?.outcome === 'withheld'

function faultsOf(admin) {
  const path = '/_suback/faults'
  return {
    add: (fault) => admin.json('POST', path, undefined, fault),
    list: () => admin.json('GET', path),
    remove: async (fault) => void (await admin.json('DELETE', `${path}/${fault.id ?? fault}`)),
    clear: async () => void (await admin.json('DELETE', path)),
  }
}

module.exports = { Account }
