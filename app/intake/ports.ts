/**
 * From an accepted event to a job, or to an answer that says why not. This module decides with triggers, repo-policy
 * and replies, and acts through the ports below; app/github implements them on GitHub.
 *
 * An event may be handled twice, after a crash or a failure of GitHub's: every effect is looked for before it is made,
 * and the job's id follows from the event.
 */
import type {
  AskedIn,
  Decision,
  HeldEntry,
  JobRequest,
  LivePullRequest,
  Place,
  StandingJob,
  TriggerEvent,
} from '../../worker/contract/index.ts'
import type { QueuePlace } from '../replies/status-comment.ts'
import type { PolicyText } from '../repo-policy/evaluate-policy.ts'
import type { Asker, RepositoryTraits } from '../repo-policy/rules/fits-condition.ts'
import type { ReviewNotes } from '../triggers/compose-task.ts'
import type { LivePermission } from '../triggers/evaluate-authority.ts'

/** The attempt's right to act; every effect on GitHub asks it first. It throws when another attempt has taken over. */
export interface Attempt {
  readonly signal: AbortSignal
  readonly fence: { check(): Promise<void> }
}

export interface RepositoryNow {
  readonly owner: string
  readonly name: string
  readonly private: boolean
  readonly archived: boolean
  readonly defaultBranch: string
}

export type BranchHead =
  | { readonly kind: 'commit'; readonly sha: string }
  /** The repository has no commit at all. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'missing' }

export interface PullRequestNow extends LivePullRequest {
  /** The head branch's commit. */
  readonly sha: string
  /** The branch that it goes against. */
  readonly baseRef: string
}

export interface Divergence {
  /** A commit that both go back to. */
  readonly common: string
  readonly isBehind: boolean
}

/** Title and body are anybody's words. */
export interface OpenPullRequest extends LivePullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
}

/** What is true on GitHub now. Methods throw GitHubError. */
export interface RepositoryFacts {
  readonly now: RepositoryNow
  /** What rules may ask of it: visibility, topics, custom properties. */
  traits(): Promise<RepositoryTraits>
  /** Null: GitHub knows no such collaborator. */
  permissionOf(login: string): Promise<LivePermission | null>
  /** In which of these teams of the owner's the person is; unknown where GitHub does not tell. */
  teamsOf(login: string, teams: readonly string[]): Promise<Asker>
  headOf(branch: string): Promise<BranchHead>
  pullRequest(number: number): Promise<PullRequestNow | null>
  /** Those that are open, the newest first, up to a number. */
  openPullRequests(): Promise<readonly OpenPullRequest[]>
  /** How far `head` lacks commits of `base`. Null: they have nothing in common, or one is gone. */
  divergence(base: string, head: string): Promise<Divergence | null>
  /** First lines of a pull request's latest commits, the oldest first, as `Continued` has them. */
  commitsOf(pullRequest: number): Promise<readonly string[]>
  /** First lines of the latest commits that lead to this one, merges among them. */
  titlesBefore(commit: string): Promise<readonly string[]>
  /** One that is gone is not: the job will say that it is. */
  isProtected(branch: string): Promise<boolean>
  /** `.github/airlock.yml` at a commit. */
  repositoryPolicy(commit: string): Promise<PolicyText>
  /** The image that its devcontainer.json names at a commit, where it names one. */
  devcontainerImage(commit: string): Promise<string | undefined>
  /** `airlock.yml` on the default branch of the owner's `.github` repository, or else of `.github-private`. */
  organisationPolicy(): Promise<PolicyText>
}

/** What a person wrote, and what stands on lines of the diff with it. */
export interface Words extends ReviewNotes {
  readonly body: string
}

/** Where the event happened, and where it is answered. Methods throw GitHubError. */
export interface Thread {
  /** Of the issue or pull request. */
  readonly number: number
  /** A reaction to what asked, where GitHub has one; the same one twice is one. */
  acknowledge(): Promise<void>
  /** Our comment that bears this job's mark. */
  findAnswer(jobId: string): Promise<number | null>
  /** Our comment on the issue or pull request about an earlier job, changed at that time or later; null: none is found. */
  saidOf(jobId: string, since: string): Promise<string | null>
  /** What stands on lines of the diff and is asked together with the event's own words. */
  notes(): Promise<ReviewNotes>
  /** What was written there, as it is now; null: it is gone. */
  wordsIn(askedIn: NonNullable<AskedIn>): Promise<Words | null>
  answer(text: string): Promise<number>
  edit(commentId: number, text: string): Promise<void>
  /** No error where it is gone already. */
  takeLabelOff(label: string): Promise<void>
}

export interface OpenedIssue {
  /** The owner's repository that it is in, by name. */
  readonly repository: string
  readonly number: number
}

/** Issues about broken policies. Methods throw GitHubError. */
export interface IssueDesk {
  /** In the repository, or where its owner keeps the policy; null: the App does not reach that. */
  open(
    level: 'repository' | 'organisation',
    issue: { readonly title: string; readonly body: string },
  ): Promise<OpenedIssue | null>
  /** With a last word, if it is one of ours and still open. A repository's own is where that is now. */
  close(level: 'repository' | 'organisation', issue: OpenedIssue, comment: string): Promise<void>
}

export interface OpenRepository extends AsyncDisposable {
  readonly facts: RepositoryFacts
  readonly issues: IssueDesk
  readonly thread: Thread
  /** The login that our comments and pull requests appear under. Throws GitHubError. */
  botLogin(): Promise<string>
}

export interface Repositories {
  /** Null: the installation does not reach the repository (any more), or it belongs to somebody else now. */
  open(event: TriggerEvent, attempt: Attempt): Promise<OpenRepository | null>
}

export interface Jobs {
  /**
   * Writes the job down, once by its id. Place 1 is next, 0 waits no more; `startsInMs` is about how long that takes, null
   * where nobody knows. Throws a retryable error.
   */
  enqueue(request: JobRequest): Promise<QueuePlace>
}

/** The jobs that were asked for there. Methods throw a retryable error. */
export interface ThreadBook {
  /** The newest first. */
  on(place: Place): Promise<readonly StandingJob[]>
  /** False: it can't be stopped any more. */
  cancel(jobId: string): Promise<boolean>
}

/** Changes that wait for a person. Methods throw a retryable error. */
export interface HeldBook {
  /** Everything that is held there, and was in the last weeks. */
  on(place: Place): Promise<readonly HeldEntry[]>
  /** The first decision counts and comes back, with the request where the change is still kept. Null: it is gone. */
  decide(
    place: Place,
    jobId: string,
    decision: Decision,
  ): Promise<{ readonly decision: Decision; readonly request: JobRequest | null } | null>
}
