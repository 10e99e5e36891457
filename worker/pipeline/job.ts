import type {
  BlockedNote,
  GateResult,
  HeldNote,
  JobReport,
  JobRequest,
  JobSummary,
  Outcome,
  OutcomeName,
  Posture,
  QuarantineNote,
  reasons,
  SetupReport,
  StepName,
  Usage,
} from '../contract/index.ts'
import type { Conflict } from './conflict.ts'
import type { NetworkObservation } from './network-proof.ts'
import type {
  Agents,
  AuditLog,
  AuditLogs,
  Authority,
  BlockedChanges,
  BrokerDecision,
  BrokerFactory,
  Checkpoints,
  CiRelease,
  Elsewhere,
  Fence,
  Gate,
  HeldChanges,
  Images,
  JobFolderStore,
  JobFolders,
  PackageRegistries,
  ProcessEvent,
  Publisher,
  Reporter,
  Rights,
  SandboxEngine,
  Sessions,
  SetupSecrets,
  Snapshots,
  Source,
  SpendBook,
  Wording,
} from './ports/index.ts'
import type { Redactor } from './redactor.ts'

/** Everything outside of the pipeline that a job needs. A composition root in cli/ fills it. */
export interface PipelinePorts {
  readonly authority: Authority
  readonly rights: Rights
  /** The engines of this worker; a job takes the weakest that is at least its policy's class. */
  readonly engines: readonly SandboxEngine[]
  readonly images: Images
  readonly brokers: BrokerFactory
  readonly source: Source
  readonly snapshots: Snapshots
  readonly folders: JobFolderStore
  readonly secrets: SetupSecrets
  readonly agents: Agents
  readonly gates: readonly Gate[]
  readonly registries: PackageRegistries
  readonly publisher: Publisher
  readonly reporter: Reporter
  readonly wording: Wording
  readonly audits: AuditLogs
  readonly checkpoints: Checkpoints
  readonly spending: SpendBook
  /** Null where no session is kept. */
  readonly sessions: Sessions | null
  /** Null where nobody could approve: nothing is kept. */
  readonly held: HeldChanges | null
  /** Null where the operator wants none kept. */
  readonly blocked: BlockedChanges | null
  readonly ci: CiRelease | null
  /** Null where a job can be sent nowhere else. */
  readonly elsewhere: Elsewhere | null
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** One try at a job. */
export interface Attempt {
  readonly number: number
  /** No further attempt follows: a failure is reported instead of thrown for a retry. */
  readonly final: boolean
  readonly fence: Fence
  /** Aborted with the reason `by-person` or `access-ended`, or anything else when the attempt must stop without effects. */
  readonly signal: AbortSignal
  /** From here on nobody can cancel the job, in this attempt or a later one. Throws where somebody has. */
  settle(): Promise<void>
}

/** What is learnt on the way and reported at the end. The only thing of a job that changes. */
export interface Facts {
  readonly startedAt: number
  step: StepName
  readonly durations: Partial<Record<StepName, number>>
  posture: Posture | null
  acceptedWeaker: JobReport['acceptedWeaker']
  readonly decisions: BrokerDecision[]
  readonly processes: { readonly phase: 'setup' | 'agent'; readonly event: ProcessEvent }[]
  readonly networks: NetworkObservation[]
  /** What an earlier attempt found of its sandboxes, where this one only hands over that one's work. */
  earlier: Pick<JobReport, 'egress' | 'network'> | null
  usage: Usage
  gates: readonly GateResult[]
  /** Set where the agent has to put together what two sides changed. */
  conflict: Conflict | null
  changedFiles: JobSummary['changedFiles']
  readonly notes: string[]
  setup: SetupReport | null
  activity: string | null
  agentSummary: string
  /** What was kept of earlier sessions for the pull request that the job goes on with. */
  earlierSessions: string
  /** This job's own, as a later one is told of it. */
  session: string
  lastOutput: string
  branch: string | null
  commit: string | null
  pullRequest: { readonly title: string; readonly body: string } | null
  pullRequestUrl: string | null
  /** Set where the branch is offered to the author of a fork. */
  offeredAt: string | null
  /** Set where the change waits for a person. */
  held: HeldNote | null
  /** Set where the change is kept for the operator, or was meant to be. */
  blocked: BlockedNote | null
  /** Set where CI waits for a person. */
  quarantine: QuarantineNote | null
}

export interface Job {
  readonly request: JobRequest
  readonly attempt: Attempt
  readonly ports: PipelinePorts
  readonly audit: AuditLog
  readonly folders: JobFolders
  readonly facts: Facts
  readonly redactor: Redactor
  /** Tells the requester where the job is, without waiting for GitHub. */
  readonly announce: () => void
}

/** A step either hands a value to the next one or ends the job. */
export type StepResult<T> = { readonly value: T } | { readonly end: Outcome }

type ReasonOf<Name extends OutcomeName> = (typeof reasons)[Name][number]

/** Ends the job with an expected outcome. `detail` is cut to what the contract allows. */
export function end<Name extends OutcomeName>(
  outcome: Name,
  reason: ReasonOf<Name>,
  detail?: string,
): { end: Outcome } {
  return { end: { outcome, reason, ...(detail === undefined ? {} : { detail: detail.slice(0, 2000) }) } }
}

export function createFacts(now: number): Facts {
  return {
    startedAt: now,
    step: 'prepare',
    durations: {},
    earlier: null,
    posture: null,
    acceptedWeaker: undefined,
    decisions: [],
    processes: [],
    networks: [],
    usage: { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    gates: [],
    conflict: null,
    changedFiles: [],
    notes: [],
    setup: null,
    activity: null,
    agentSummary: '',
    earlierSessions: '',
    session: '',
    lastOutput: '',
    branch: null,
    commit: null,
    pullRequest: null,
    pullRequestUrl: null,
    offeredAt: null,
    held: null,
    blocked: null,
    quarantine: null,
  }
}
