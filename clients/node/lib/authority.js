'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

// The CA that clients must trust. It is a file from when somebody asks for one until the
// gateway is stopped, or this process ends.
class Authority {
  #folder
  #forget = () => this.forget()

  constructor(pem) {
    this.pem = pem
  }

  get file() {
    if (!this.#folder) {
      this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'suback-'))
      process.once('exit', this.#forget)
      fs.writeFileSync(path.join(this.#folder, 'ca.pem'), this.pem)
    }
    return path.join(this.#folder, 'ca.pem')
  }

  forget() {
    if (!this.#folder) return
    process.removeListener('exit', this.#forget)
    fs.rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }
}

module.exports = { Authority }
