import { keepNewest } from '../contract/index.ts'
import type { BaseEntry } from './base-tree.ts'

/** What was learnt of a commit's files, and found to be taken. */
export interface KnownBase {
  readonly entries: readonly BaseEntry[]
  readonly notes: readonly string[]
}

/** By the commit's id, which says all of its content: what is remembered can be forgotten, but never be wrong. */
export interface BaseMemo {
  get(sha: string): KnownBase | null
  put(sha: string, base: KnownBase): void
}

const mostCommits = 8
/** A larger one is listed again: that costs little beside its other work, and memory is the worker's. */
const mostEntries = 20_000

export function createBaseMemo(): BaseMemo {
  const known = new Map<string, KnownBase>()
  return {
    get: (sha) => known.get(sha) ?? null,
    put(sha, base) {
      if (base.entries.length > mostEntries) return
      keepNewest(known, sha, base, mostCommits)
    },
  }
}
