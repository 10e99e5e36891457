import type { JobRequest, JobSummary } from '../../contract/index.ts'
import type { Fence } from './github.ts'
import type { CollectResult } from './source.ts'

/** A change that another machine made, and says of itself that it passed the gates. */
export interface WorkedChange {
  /** As `digestOfChange` names it. */
  readonly digest: string
  /** Of the half that made it: for people to read, never to decide by. */
  readonly summary: JobSummary
  /** Builds it anew in the clean repository, from its files and our own base. */
  rebuild(repository: string, signal: AbortSignal): Promise<CollectResult>
}

/** What became of a job's first half on another machine. */
export type RanElsewhere =
  | { readonly kind: 'changed'; readonly change: WorkedChange }
  /** There is nothing to publish; how it ended is in the summary. */
  | { readonly kind: 'ended'; readonly summary: JobSummary }
  /** It cannot be sent there, or what came back is not what was asked for. */
  | { readonly kind: 'refused'; readonly reason: 'runner-unavailable' | 'handover-void'; readonly why: string }
  /** It was sent as often as it may be, and nothing came back. */
  | { readonly kind: 'lost'; readonly why: string }

export interface WatchElsewhere {
  /** An empty folder's path, for what is handed over. */
  readonly folder: string
  readonly fence: Fence
  readonly signal: AbortSignal
  /** Tells where the job is by now, in a few words. */
  onPlace(text: string): void
}

/** Where a job is sent whose policy says so. */
export interface Elsewhere {
  /**
   * Sends the job and waits for its end; one that was sent by an earlier attempt is waited for, and not sent again. Is
   * cancelled there when a person cancels the job. Throws HandoffError.
   */
  run(request: JobRequest, watch: WatchElsewhere): Promise<RanElsewhere>
}
