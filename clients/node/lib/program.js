'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { createInterface } = require('node:readline')
const { SubackError } = require('./failure.js')

const howToGet = 'go install github.com/suback/suback/cmd/suback@latest brings it; SUBACK may name another place'
const lastLines = 200
const endTime = 6000 // ms, from SIGTERM to SIGKILL; the program itself takes 5 s at most

// The program, running. It ends when its standard input does: so however this process
// ends, it is not left behind.
class Program {
  log = [] // the last lines of its standard error
  #child
  #exited

  constructor(child) {
    this.#child = child
    this.#exited = once(child, 'exit')
    this.#exited.catch(() => {})
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (this.log.push(line) > lastLines) this.log.shift()
    })
    child.stdin.on('error', () => {}) // it has ended by itself
  }

  // The process may end although the gateway is still there.
  release() {
    for (const held of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) held.unref()
  }

  async stop() {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), endTime)
    await this.#exited
    clearTimeout(killer)
  }
}

// Starts suback serve on free ports, and resolves once it is ready.
async function launch({ config, args = [], program = process.env.SUBACK || 'suback', env, cwd, timeout = 20_000 }) {
  if (cwd !== undefined && !fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SubackError(`there is no folder ${JSON.stringify(cwd)}, want one for cwd`)
  }
  const words = ['serve', '--end-with-stdin']
  for (const listener of ['mqtt', 'mqtts', 'https', 'http']) words.push(`--${listener}`, ':0')
  if (config !== undefined) words.push('--config', config)
  // In a process group of its own: a Control-C is for the tests, which then end it.
  const child = spawn(program, [...words, ...args], { cwd, env: { ...process.env, ...env }, detached: true })
  const running = new Program(child)
  const begun = await ready(child, program, timeout).catch(async (error) => {
    await running.stop().catch(() => {})
    const said = running.log.length ? `:\n${running.log.join('\n')}` : ''
    const old = said.includes('has no flag --end-with-stdin') ? `\nit is older than this package wants: ${howToGet}` : ''
    throw new SubackError(error.message + said + old)
  })
  running.release()
  return { running, listeners: begun }
}

// The addresses of the listeners, from the lines before "Ready.".
function ready(child, program, timeout) {
  const listeners = {}
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`suback was not ready within ${timeout} ms`)), timeout)
    const settle = (how, value) => {
      clearTimeout(late)
      how(value)
    }
    child.on('error', (error) => settle(reject, new Error(
      error.code === 'ENOENT' ? `there is no program ${JSON.stringify(program)}: ${howToGet}` : error.message)))
    // close, not exit: by then all has been read that it said
    child.on('close', (code, signal) => settle(reject,
      new Error(`suback serve ended at its start, with ${signal ?? `exit code ${code}`}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, listener, address] = /^(mqtts?|https?) +listening on (\S+)$/.exec(line) ?? []
      if (listener) listeners[listener] = address
      if (line === 'Ready.') settle(resolve, listeners)
    })
  })
}

module.exports = { launch }
