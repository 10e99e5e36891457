import type {
  ChangeSet,
  CheckRunText,
  Finding,
  GateResult,
  JobProgress,
  JobRequest,
  JobSummary,
} from '../../contract/index.ts'
import type { RegistryAnswers } from './registries.ts'
import type { MaterialisedBase } from './source.ts'

export type { JobProgress, JobSummary }

/** Every text that leaves the worker for a person. Pure; made in app/replies. */
export interface Wording {
  branch(request: JobRequest): string
  commitMessage(request: JobRequest): string
  releaseMessage(request: JobRequest): string
  /** `template` is the repository's own; null: it has none. */
  pullRequest(
    request: JobRequest,
    summary: JobSummary,
    template: string | null,
  ): { readonly title: string; readonly body: string }
  running(request: JobRequest, progress: JobProgress): string
  finished(request: JobRequest, summary: JobSummary): string
  /** One of the whole job and one per gate, each with a name of its own. */
  checkRuns(request: JobRequest, summary: JobSummary): readonly CheckRunText[]
  /** What a finding says, for places without Markdown. */
  findingText(finding: Finding): string
  /** The issue where what is held is decided on, of work that was asked for on none; `marker` is its first line. */
  heldIssue(request: JobRequest): { readonly marker: string; readonly title: string; readonly body: string }
}

/** Tells the requester. Nothing that GitHub refuses may stop a job: implementations log it and go on. */
export interface Reporter {
  progress(request: JobRequest, progress: JobProgress): Promise<void>
  /** Throws a retryable HandoffError where GitHub is away, so that the end is told later. Harmless when repeated. */
  finished(request: JobRequest, summary: JobSummary, commit: string | null): Promise<void>
}

/** One job's record: entries are chained by hash. */
export interface AuditLog {
  append(kind: AuditKind, data: Readonly<Record<string, unknown>>): void
  /** Writes what is buffered and the closing entry. Returns where the record is and the last hash. */
  seal(): Promise<{ readonly path: string; readonly head: string }>
  readonly path: string
  /** The hash of the last entry so far. */
  head(): string
}

export type AuditKind =
  | 'job'
  | 'step'
  | 'posture'
  | 'setup'
  | 'command'
  | 'process'
  | 'egress'
  | 'instructions'
  | 'network'
  | 'secret'
  | 'prompt'
  | 'model'
  | 'agent'
  | 'finding'
  | 'approval'
  | 'change-set'
  | 'registries'
  | 'handover'
  | 'destroyed'
  | 'outcome'
  | 'organisation'
  | 'access-ended'
  | 'removed'

export interface AuditLogs {
  open(jobId: string, attempt: number): Promise<AuditLog>
}

/** Everything a gate may look at. Pure functions of this alone. */
export interface GateInput {
  readonly changeSet: ChangeSet
  readonly policy: JobRequest['policy']
  /** The job's own secret values by name, to be found exactly. */
  readonly knownSecrets: ReadonlyMap<string, string>
  /** Paths of the base tree, for collisions by case, and its files that say the repository's own license, by path. */
  readonly base: Pick<MaterialisedBase, 'files' | 'paths'> & { readonly texts?: ReadonlyMap<string, string> }
  /** What registries say of the packages that the change brings in. */
  readonly registries: RegistryAnswers
}

/** A finding as its gate hands it over. */
export interface GateFinding extends Finding {
  /** What a fingerprint tells it by, besides rule and path, where its message is not that. Shown to nobody. */
  readonly about?: string
}

export interface Gate {
  readonly name: GateResult['gate']
  check(input: GateInput): GateFinding[] | Promise<GateFinding[]>
}
