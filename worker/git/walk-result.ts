import type { CollectBudget } from '../pipeline/ports/index.ts'
import type { BaseEntry } from './base-tree.ts'
import type { Fingerprint } from './fingerprint.ts'

/** Everything a walk needs, in a form that can be sent to a thread. Paths hold one byte per character (latin1). */
export interface WalkInput {
  readonly root: string
  readonly base: readonly BaseEntry[]
  readonly kept: ReadonlyMap<string, string> | null
  readonly budget: CollectBudget
}

/** A changed file of a workspace with its content. */
export interface WalkedFile extends Fingerprint {
  readonly path: string
  readonly content: Uint8Array
  /** Device and inode of a file with several names, else null. */
  readonly inode: string | null
}

export type WalkResult =
  | { readonly kind: 'walked'; readonly changed: readonly WalkedFile[]; readonly deleted: readonly string[] }
  | { readonly kind: 'workspace-deleted' }
  | { readonly kind: 'unsafe'; readonly path: string; readonly why: string }
  | { readonly kind: 'over-budget'; readonly path: string | null; readonly why: string }

/** Which of these paths the base's own rules ignore; folders end with `/`. */
export type AskIgnored = (paths: readonly string[]) => Promise<ReadonlySet<string>>
