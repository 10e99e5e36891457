import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { Phase } from '../../contract/index.ts'
import type { BrokerLimits } from '../broker-limits.ts'
import type { DecisionLog } from '../decision-log.ts'
import type { JobAuthority } from '../inspect/job-authority.ts'
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
  /** Null where no rule looks into TLS: then nobody here can. */
  readonly inspection: Inspection | null
  /** Aborted when the session ends. */
  readonly signal: AbortSignal
  /** Destroys the stream when the session ends. */
  readonly track: <T extends Duplex>(stream: T) => T
}

/** What it takes to end the TLS of a client here, and to begin another to the server. */
export interface Inspection {
  readonly authority: JobAuthority
  /** What the operator's machine trusts. */
  readonly upstream: SecureContext
}
