import type { ChangeSet, JobRequest, Outcome } from '../../contract/index.ts'

export interface Authority {
  /**
   * Reads permission and policy again; null: nothing changed, go on. `onMoved` is told where the base's branch is by now,
   * where that has the base in its history and went on.
   */
  recheck(request: JobRequest, signal: AbortSignal, onMoved?: (head: string) => void): Promise<Outcome | null>
}

/** What a job is given on GitHub for some of its steps. */
export interface Rights {
  /**
   * Until it is disposed of, these steps share what they ask for instead of asking again: to read and fetch the
   * repository, or to look, upload and hand off. Nothing is asked for before a step does.
   */
  hold(request: JobRequest, what: 'read' | 'publish'): AsyncDisposable
}

/** Where nothing is given that would have to be taken back. */
export const noRights: Rights = { hold: () => ({ [Symbol.asyncDispose]: async () => {} }) }

export type HandoffErrorCode =
  | 'unavailable'
  | 'denied'
  | 'suspended'
  | 'archived'
  | 'rate-limited'
  | 'branch-taken'
  | 'rejected'
  | 'fence-lost'

/** GitHub, or the local repository, did not take the result. */
export class HandoffError extends Error {
  override readonly name = 'HandoffError'
  readonly code: HandoffErrorCode
  readonly retryable: boolean
  /** Milliseconds that the other side asked us to wait. */
  readonly retryAfterMs: number | null

  constructor(
    code: HandoffErrorCode,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | null },
  ) {
    super(message, options)
    this.code = code
    this.retryable = code === 'unavailable' || code === 'rate-limited'
    this.retryAfterMs = options?.retryAfterMs ?? null
  }
}

export interface StageInput {
  readonly request: JobRequest
  readonly changeSet: ChangeSet
  /** The tree of the base commit. */
  readonly baseTreeSha: string
  /** The job's clean bare repository, where the objects are. */
  readonly repository: string
  readonly commitMessage: string
  readonly fence: Fence
}

export interface HandOffInput {
  readonly request: JobRequest
  /** Always `airlock/…`, made by the host. */
  readonly branch: string
  /** What `stage` returned, in this attempt or an earlier one. */
  readonly commit: string
  readonly title: string
  readonly body: string
  /** Who is asked for review of a new pull request, beside the one who asked for it. */
  readonly reviewers: Reviewers
  readonly fence: Fence
}

/** Logins, and slugs of teams of the repository's organisation. */
export interface Reviewers {
  readonly users: readonly string[]
  readonly teams: readonly string[]
}

export interface Published {
  /** That of the pull request that the job goes on with, where the commit could be added there. */
  readonly branch: string
  readonly commit: string
  /** Null where there is no GitHub to open one. */
  readonly pullRequest: { readonly number: number; readonly url: string } | null
  /** Why the commit is not in the pull request that it was to go on with, but in one against its branch. */
  readonly apart?: string
  /** The repository's page, where the branch is offered to the author of a fork and has no pull request. */
  readonly offeredAt?: string
}

/**
 * Two halves, so that a crash between them costs no second run of the agent: after `stage` the commit exists and
 * nobody can see it; its id is checkpointed; `handOff` needs nothing else.
 */
export interface Publisher {
  /** Uploads blobs, tree and commit. Returns the commit's id. Throws HandoffError. */
  stage(input: StageInput, signal: AbortSignal): Promise<string>
  /**
   * Creates branch and pull request, each looked up before it is created. A request that goes on with a pull request
   * gets its commit added there instead, if nothing else was added meanwhile. Throws HandoffError.
   */
  handOff(input: HandOffInput, signal: AbortSignal): Promise<Published>
}

export interface ReleaseInput {
  readonly request: JobRequest
  readonly branch: string
  /** What was published there, and is still its last commit. */
  readonly commit: string
  readonly commitMessage: string
  readonly fence: Fence
}

/** Ends the quarantine of a branch of ours. */
export interface CiRelease {
  /**
   * Adds a commit that changes nothing and asks CI for nothing. Returns it, also where an earlier try made it; null
   * where the branch is gone or holds something else. Throws HandoffError.
   */
  release(input: ReleaseInput, signal: AbortSignal): Promise<string | null>
}

/** The attempt's right to act. */
export interface Fence {
  /** Throws FenceLostError when a newer attempt holds the job. */
  check(): Promise<void>
}

/** A newer attempt took the job over: this one must stop without any further effect. */
export class FenceLostError extends Error {
  override readonly name = 'FenceLostError'
}
