import { type BrokerCase, brokerAbuse } from './broker-abuse.ts'
import { injectedRequests } from './injections.ts'

/** All that is said to the broker, to see what it lets pass. */
export const brokerRequests: readonly BrokerCase[] = [...brokerAbuse, ...injectedRequests]
