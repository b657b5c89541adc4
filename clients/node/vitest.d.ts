import { Account, Gateway, StartOptions } from './index'

/** `test.extend<Fixtures>(fixtures({ config: 'suback.yaml' }))` */
export interface Fixtures {
  /** One for the tests of a file. */
  gateway: Gateway
  /** An account for each test. */
  suback: Account
}

/** For test.extend. Its type says less than Vitest's own, which change: TypeScript wants the name above. */
export function fixtures(options?: StartOptions): any
