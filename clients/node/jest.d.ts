import { Account, Gateway, StartOptions } from './index'

/** At the top of a test file: a gateway for its tests, an account for each of them. */
export function useSuback(options?: StartOptions): { readonly gateway: Gateway; readonly account: Account }
