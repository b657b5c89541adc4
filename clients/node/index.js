'use strict'

const { Gateway, start } = require('./lib/gateway.js')
const { Account } = require('./lib/account.js')
const { SubackError } = require('./lib/failure.js')

module.exports = { start, Gateway, Account, SubackError }
