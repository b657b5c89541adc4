/** How a gateway is started. */
export interface StartOptions {
  /** The path of suback.yaml. Without one, password "test" may do everything, "no-receive" everything but receive. */
  config?: string
  /** More flags of `suback serve`. */
  args?: string[]
  /** The program; default: the variable SUBACK, else suback on the PATH. */
  program?: string
  /** Added to the environment of the gateway. */
  env?: Record<string, string>
  /** The folder that it runs in; default: that of this process. */
  cwd?: string
  /** Milliseconds until it must be ready; default 20000. */
  timeout?: number
  /** Start one even below `suback run`, whose gateway is used otherwise. */
  alone?: boolean
}

/** Whom a question is about. */
export interface Where {
  client: string
  /** A topic, or a filter. */
  topic: string
}

export interface Waiting extends Where {
  /** Milliseconds, default 3000: less than a test has, or there is no time to say why. */
  within?: number
}

/** Why nothing arrives at a client, or that it does (`found` is "arrives"). */
export interface Finding {
  client: string
  topic?: string
  found: string
  /** One paragraph; its first sentence names the cause. */
  answer: string
  hint?: string
  rules?: string[]
  /** The seq of the record of the trace that shows it. */
  event?: number
  /** The id of the message that shows it. */
  message?: string
  /** What to change in a policy: operations of RFC 6902. */
  repair?: { document: string; patch: { op: string; path: string; value?: unknown }[]; warning?: string }
  /** All of that for people, as `suback why` prints it. */
  text: string
}

/** A message, in short. */
export interface Message {
  id: string
  time: string
  topic: string
  qos: number
  retain: boolean
  bytes: number
  deliveries: { client?: string; filters: string[]; outcome: string; sent?: string; acknowledged?: string }[]
  summary: string
  [more: string]: unknown
}

/** A record of the trace. */
export interface Event {
  seq: number
  time: string
  operation: string
  outcome: 'ALLOWED' | 'REFUSED' | 'WITHHELD' | 'NOTE'
  client?: string
  topic?: string
  reason?: string
  detail?: string
  hint?: string
  rules?: string[]
  [more: string]: unknown
}

export interface TraceFilter {
  client?: string
  outcome?: string
  topic?: string
  operation?: string
  rule?: string
  since?: number
}

/** A failure on request, see docs/faults.md. */
export interface Fault {
  on: string
  do: string
  client?: string
  topic?: string
  function?: string
  rule?: string
  path?: string
  reason?: string
  delay?: string
  for?: string
  lasts?: string
  times?: number
  probability?: number
  seed?: number
}

export interface Faults {
  add(fault: Fault): Promise<Fault & { id: number }>
  list(): Promise<(Fault & { id: number; struck?: number })[]>
  remove(fault: number | { id: number }): Promise<void>
  clear(): Promise<void>
}

/** An account of the gateway: its own devices, messages, trace and clock. */
export class Account {
  readonly name: string
  readonly accountId: string
  readonly region: string
  /** What DescribeEndpoint answers. */
  readonly endpoint: string
  /** The server name by which TLS reaches it. */
  readonly host: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** By listener: mqtt, mqtts, https, http. */
  readonly ports: Record<string, number>
  /** Plain MQTT, with an authorizer. Undefined if the listener is off, as the other URLs are. */
  readonly mqttUrl: string
  /** MQTT with a client certificate: `connect(mqttsUrl, {...tls, cert, key})`. */
  readonly mqttsUrl: string
  readonly httpsUrl: string
  readonly wssUrl: string
  readonly wsUrl: string
  /** AWS's APIs: the endpoint of SDKs. */
  readonly httpUrl: string
  readonly caPem: string
  /** A file with it, until the gateway is stopped. */
  readonly caFile: string
  /** For tls.connect, and so for MQTT.js. */
  readonly tls: { ca: string; servername: string }
  /** For programs under test: where the gateway is, and what AWS SDKs read. AWS_PROFILE of the caller's stays
   * where this is added to an environment; environment() is without. */
  readonly env: Record<string, string>
  readonly faults: Faults

  /** A whole environment, by default that of this process, without the AWS profile, session token and endpoints
   * in it, and with env. */
  environment(own?: Record<string, string | undefined>): Record<string, string | undefined>
  /** Why nothing arrives there. */
  why(about: { client: string; topic?: string }): Promise<Finding>
  /** Waits until the gateway has sent a client a message on a topic, later than after. Fails with the reason why
   * not: at once if the policy of the client keeps the topic from it, else at the end of within. */
  arrives(about: Waiting & { after?: Message }): Promise<Message>
  /** Waits until check neither throws nor answers false; fails with its error, and why nothing arrives there. A
   * check that has not ended by then is not waited for. */
  waitFor<T>(check: () => T | Promise<T>, about: Waiting & { every?: number }): Promise<T>
  messages(filter?: { client?: string; topic?: string; limit?: number }): Promise<Message[]>
  /** What became of a message, for people. */
  story(id: string): Promise<string>
  trace(filter?: TraceFilter): Promise<Event[]>
  traceText(filter?: TraceFilter): Promise<string>
  clients(): Promise<{ clientId: string; [more: string]: unknown }[]>
  /** Brings every deadline nearer, by a duration as "5m". */
  advance(by: string): Promise<void>
  /** Disconnects everybody, forgets sessions, messages and what the API changed. */
  reset(): Promise<void>
  /** Ends it, with its connections. */
  remove(): Promise<void>
}

/** A gateway, and its first account. */
export class Gateway extends Account {
  /** What it has written to its log lately. */
  readonly log: string
  /** An account of its own for a test. By default it has the first one's id, "" asks for another. */
  account(options?: { name?: string; from?: string; accountId?: string }): Promise<Account>
  /** Ends it; below `suback run` only the accounts that were made. */
  stop(): Promise<void>
}

export function start(options?: StartOptions): Promise<Gateway>

export class SubackError extends Error {
  /** Of what did not arrive. */
  finding?: Finding
}
