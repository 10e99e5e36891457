import type { ChangeSet, UnreadPart } from '../../contract/index.ts'

/** A change of a repository on this machine, as the gates take it. */
export interface LocalChange {
  readonly changeSet: ChangeSet
  /** Every path of the commit that the change starts from. */
  readonly basePaths: readonly string[]
  /** What is part of the change and was not read: nothing of it was searched. */
  readonly unread: readonly UnreadPart[]
}

/** Bytes that a change may have in memory, before and after together, and the most of one file. */
export const localBudget = { bytes: 128 * 1024 * 1024, files: 200_000, fileBytes: 16 * 1024 * 1024, timeMs: 120_000 }

/** The change cannot be read at all: the repository lacks objects of it, or it is beyond all measure. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}
