'use strict'

const { SubackError } = require('./failure.js')

// The admin API below a URL: of the gateway, or of one account.
class Admin {
  constructor(base) {
    this.base = base
  }

  async text(method, path, query, body) {
    const asked = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) asked.set(name, value)
    const url = `${this.base}${path}${asked.size ? `?${asked}` : ''}`
    let answer
    try {
      answer = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) })
    } catch (cause) {
      throw new SubackError(`the gateway at ${this.base} does not answer: ${cause.cause?.message ?? cause.message}`, { cause })
    }
    const text = await answer.text()
    if (!answer.ok) throw new SubackError(`suback: ${refusal(text, answer, url)}`)
    return text
  }

  async json(method, path, query, body) {
    const text = await this.text(method, path, query, body)
    return text === '' ? undefined : JSON.parse(text)
  }

  // A JSON value on each line.
  async lines(path, query) {
    return (await this.text('GET', path, query)).split('\n').filter(Boolean).map((line) => JSON.parse(line))
  }
}

function refusal(text, answer, url) {
  try {
    const { message } = JSON.parse(text)
    if (message) return message
  } catch {
    // something else answers there
  }
  return `${url} answers ${answer.status}`
}

module.exports = { Admin }
