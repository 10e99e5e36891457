/**
 * The HTTP API: the same request as a comment, with the same checks. Decides with triggers, repo-policy and intake, and
 * acts through the ports below. It sets no cookie and allows no other origin: a browser has nothing that it could use.
 */
import type { KnownJob, Repository, TriggerEvent } from '../../worker/contract/index.ts'
import type { OpenRepository } from '../intake/ports.ts'

export interface RepositoryName {
  readonly owner: string
  readonly name: string
}

export interface RepositoryPlace {
  readonly installationId: number
  readonly repositoryId: number
}

/** The person whom a request is from, by what they brought to prove it. */
export interface Caller {
  readonly id: number
  readonly login: string
  /** GitHub's word for the account: only `User` may start anything. */
  readonly type: string
  /**
   * The repository's id, where what they brought is good for it; null where it is not, or there is none. Throws
   * GitHubError.
   */
  sees(repository: RepositoryName & { readonly id?: number }): Promise<number | null>
}

export interface Callers {
  /** Who brought this, as GitHub says now; null: nobody that counts. Throws GitHubError, QueueUnavailableError. */
  callerOf(token: string, signal: AbortSignal): Promise<Caller | null>
}

/** A repository as it is called now, to be read. */
export interface ReadRepository extends Pick<OpenRepository, 'facts' | 'issues' | 'botLogin'>, AsyncDisposable {
  readonly installationId: number
  readonly repository: Repository
  /** The issue or pull request of this number; null: there is none of this kind. Throws GitHubError. */
  subject(kind: 'issue' | 'pull-request', number: number): Promise<TriggerEvent['subject'] | null>
}

/** Methods throw GitHubError. */
export interface ReadRepositories {
  /** Null: the App is not installed on it. `owner` is what tokens are minted for. */
  open(at: RepositoryName, owner: string, signal: AbortSignal): Promise<ReadRepository | null>
  /** The one that a job is about, whatever it is called by now. Null: the App does not reach it any more. */
  openById(place: RepositoryPlace, owner: string, signal: AbortSignal): Promise<ReadRepository | null>
}

/** Methods throw a retryable error. */
export interface KnownJobs {
  find(jobId: string): Promise<KnownJob | null>
  /** The digest of what this job was first asked with; null: nobody has asked for it. */
  bodyOf(jobId: string): Promise<string | null>
  /** The same, and where nobody has asked before, it is this one from now on. */
  claim(jobId: string, bodyDigest: string): Promise<string>
}

/** How often somebody may do something, over all apps together. Throws a retryable error. */
export interface Pace {
  /** Null: they may. Else the seconds until they may again. */
  take(what: string, most: number, windowSeconds: number): Promise<number | null>
}
