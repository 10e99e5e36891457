import type { Owner } from './folders.ts'
import type { KeptFiles } from './source.ts'

/** A stored snapshot was found not to be what was stored, and was thrown away: another attempt makes it again. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly retryable = true
}

/** What setup left, stored under a key. */
export interface Snapshot {
  readonly key: string
  /**
   * Files that setup left in the workspace, once all that is stored was seen to be as it was: looking at very many files
   * goes on beside the agent. Nothing that comes from a snapshot leaves before this resolves. Throws SnapshotError.
   */
  kept(): Promise<KeptFiles>
  /**
   * What setup added to the workspace, as the uppermost paths that the base commit does not have: to be laid into any
   * commit's files. Null: the snapshot is the whole workspace of one tree.
   */
  readonly layer: readonly string[] | null
}

/** Why there is none: never made, older than the store keeps one, or no longer what was stored. */
export interface NoSnapshot {
  readonly missing: 'none' | 'too-old' | 'changed'
}

/** Who gets a snapshot. */
export interface Viewer {
  readonly owner: Owner
  /** As SandboxEngine says it. */
  readonly seesMounts: boolean
}

/** `overlay`: the job sees the stored files themselves, read-only, below what it writes. `why` there is a copy. */
export type LaidOut = { readonly by: 'overlay'; readonly why: null } | { readonly by: 'copy'; readonly why: string }

export interface Restored {
  /** Brings it into the folders: a layer into the base commit's files, a whole workspace over them. */
  place(signal: AbortSignal): Promise<LaidOut>
}

/** A folder pair of one job: what becomes /workspace and /home/airlock. Both have these names, in one folder. */
export interface Folders {
  readonly workspace: string
  readonly home: string
}

export interface SealInput {
  /** Both folders are gone afterwards if anything is wrong with them. */
  readonly from: Folders
  readonly secrets: ReadonlyMap<string, string>
  /** The base commit's files, to tell what setup added from what it changed. */
  readonly base: KeptFiles
  /**
   * Keys to store it under: `shared` where its inputs are named files and setup has only added to the base commit,
   * `exact` else. Null: what this job's setup left is for this job alone. The repository's id is kept beside it.
   */
  readonly store: { readonly shared: string | null; readonly exact: string; readonly repository: number } | null
}

export type SealResult =
  /** `snapshot`: moved into the store. Null: clean, and still where it was. */
  | {
      readonly kind: 'sealed'
      readonly snapshot: Snapshot | null
      readonly kept: KeptFiles
      /** Honeytokens that were planted, and found by the search. */
      readonly honeytokens: number
      /** Histories, logs and credential stores that tools had left, and that were removed before the search. */
      readonly cleaned: readonly string[]
    }
  | { readonly kind: 'secret-found'; readonly path: string; readonly secret: string; readonly encoding: string }
  | { readonly kind: 'unsafe'; readonly path: string; readonly why: string }

export interface Snapshots {
  /** Secrets by name, each as a digest that tells nothing of its value to anybody but this store. */
  versionsOf(secrets: ReadonlyMap<string, string>): Promise<Readonly<Record<string, string>>>
  /**
   * Begins to check that it is what was stored, by names, modes, sizes, times and inodes of all its files, and waits for
   * that where they are few. Stopped by `signal`. Counts as a use.
   */
  find(key: string, signal: AbortSignal): Promise<Snapshot | NoSnapshot>
  /**
   * Removes what tools leave in a home, then searches every file that is kept, and its name, for every form of every
   * secret and for tokens planted to prove the search, and stores what is clean.
   */
  seal(input: SealInput, signal: AbortSignal): Promise<SealResult>
  /**
   * Makes a snapshot ready for one job, beside the folders it is for: theirs are untouched until it is placed. It takes
   * long where it has to be copied, and else no time.
   */
  restore(snapshot: Snapshot, into: Folders, viewer: Viewer, signal: AbortSignal): Promise<Restored>
  /** Moves what setup left, and `seal` found clean, to the agent, without the extended attributes that nobody searched. */
  handOver(from: Folders, into: Folders, signal: AbortSignal): Promise<void>
}
