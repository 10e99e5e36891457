import type { Duplex } from 'node:stream'
import type { Phase } from '../../contract/index.ts'
import type { BrokerLimits } from '../broker-limits.ts'
import type { DecisionLog } from '../decision-log.ts'
import type { TrafficBudget } from '../traffic-budget.ts'
import type { Connect } from './connect-checked.ts'
import type { EgressRule } from './parse-egress.ts'
import type { Resolver } from './resolve-host.ts'

/** What every way out of one sandbox shares. */
export interface Door {
  readonly phase: Phase
  readonly rules: readonly EgressRule[]
  readonly limits: BrokerLimits
  readonly log: DecisionLog
  readonly traffic: TrafficBudget
  readonly resolver: Resolver
  readonly connect: Connect
  /** Aborted when the session ends. */
  readonly signal: AbortSignal
  /** Destroys the stream when the session ends. */
  readonly track: <T extends Duplex>(stream: T) => T
}
