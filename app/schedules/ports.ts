/**
 * Jobs that a policy asks for at set times. The policy of the default branch is the only word on what is due: what is
 * kept between two looks are digests and times. Imports intake, triggers and repo-policy, and acts through the ports
 * below.
 */
import type { Repository, ScheduledRepository } from '../../worker/contract/index.ts'
import type { OpenRepository } from '../intake/ports.ts'

/** What all apps of an installation know of schedules together. Methods throw a retryable error. */
export interface ScheduleBook {
  /** False: another app is looking. True for as long as `withinMs` at most. */
  take(withinMs: number): Promise<boolean>
  release(): Promise<void>
  all(): Promise<readonly ScheduledRepository[]>
  read(repositoryId: number): Promise<ScheduledRepository | null>
  write(repository: ScheduledRepository): Promise<void>
  remove(repositoryId: number): Promise<void>
  /** When all repositories were last looked through, in milliseconds since the epoch; null: never. */
  listedAt(): Promise<number | null>
  noteListed(at: number): Promise<void>
}

export interface ScheduledPlace {
  readonly installationId: number
  readonly repositoryId: number
}

export interface DueRepository extends Pick<OpenRepository, 'facts' | 'issues' | 'botLogin'>, AsyncDisposable {
  readonly repository: Repository
  /** A comment on a pull request of ours, once for this id. */
  sayOnce(pullRequest: number, id: string, text: string): Promise<void>
}

/** A repository whose policy file there is. */
export interface FoundPolicy extends ScheduledPlace {
  readonly fullName: string
  readonly text: string
}

/** Methods throw GitHubError. */
export interface ScheduleGitHub {
  /** Null: the App does not reach it any more. `owner` is what tokens are minted for. */
  open(place: ScheduledPlace, owner: string, signal: AbortSignal): Promise<DueRepository | null>
  /** The policy files of all repositories that the App reaches. */
  policies(signal: AbortSignal): AsyncIterable<FoundPolicy>
}
