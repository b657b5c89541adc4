'use strict'

// What went wrong, in the gateway's own words where it has any.
class SubackError extends Error {
  name = 'SubackError'

  constructor(message, more = {}) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined)
    if (more.finding) this.finding = more.finding
  }
}

const indented = (text) => text.replace(/^/gm, '  ')

// The first line says what did not happen; then comes why, and what became of the message.
async function explained(account, what, { client, topic }, cause) {
  const told = [what]
  let finding
  try {
    finding = await account.why({ client, topic })
    told.push(`because: ${finding.text}`)
    const id = finding.message ?? (await latest(account, topic))
    if (id) told.push('the message:', indented(await account.story(id)))
  } catch (error) { // the gateway is gone, or keeps no stories: that must not hide what did not happen
    told.push(`${finding ? 'the message' : 'because'}: (not known: ${error.message})`)
  }
  return new SubackError(told.join('\n'), { finding, cause })
}

async function latest(account, topic) {
  if (!topic) return undefined
  return (await account.messages({ topic, limit: 1 })).at(-1)?.id
}

module.exports = { SubackError, explained }
