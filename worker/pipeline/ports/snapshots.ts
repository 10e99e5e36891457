import type { KeptFiles } from './source.ts'

/** A workspace and home as setup left them, stored under a content key. */
export interface Snapshot {
  readonly key: string
  readonly kept: KeptFiles
}

export type SealResult =
  | { readonly kind: 'sealed'; readonly snapshot: Snapshot }
  | { readonly kind: 'secret-found'; readonly path: string; readonly secret: string; readonly encoding: string }
  | { readonly kind: 'unsafe'; readonly path: string; readonly why: string }

/** A folder pair of one job: what becomes /workspace and /home/airlock. */
export interface Folders {
  readonly workspace: string
  readonly home: string
}

export interface Snapshots {
  find(key: string): Promise<Snapshot | null>
  /**
   * Searches every file that is kept, and its name, for every form of every secret, and stores what is clean. Both
   * folders are gone afterwards: moved into the store, or destroyed.
   */
  seal(key: string, from: Folders, secrets: ReadonlyMap<string, string>, signal: AbortSignal): Promise<SealResult>
  /** Copies a snapshot into folders that belong to `owner`; what was in them is removed. */
  restore(
    snapshot: Snapshot,
    into: Folders,
    owner: { readonly uid: number; readonly gid: number } | null,
    signal: AbortSignal,
  ): Promise<void>
}
