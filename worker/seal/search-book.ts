import type { Stats } from 'node:fs'
import { type Fingerprint, formatFingerprint, inodeName, keptKey } from '../git/fingerprint.ts'
import { decodeName } from '../git/unsafe-name.ts'
import { UnsearchableError } from './compressed-streams.ts'
import { SearchEnd, type SearchLimits, type SearchResult } from './search-result.ts'

/** What a search has seen so far, held against its limits. Every method may throw SearchEnd. */
export interface SearchBook {
  countEntry(path: string): void
  countFile(path: string, stats: Stats): void
  /** Bytes that a long compressed stream unfolded to. Throws UnsearchableError. */
  countUnfolded(bytes: number): void
  /** Notes a file of the workspace as left by setup. */
  keep(path: string, print: Fingerprint): void
  /** `honeytokens`: how many were found. */
  finish(honeytokens: number): SearchResult
}

const workspace = 'workspace/'

export function createSearchBook(limits: SearchLimits): SearchBook {
  const kept = new Map<string, string>()
  /** Files with several names: how many of them are still to be found. */
  const names = new Map<string, { readonly path: string; missing: number }>()
  const seen = { entries: 0, bytes: 0, unfolded: 0 }
  return {
    countEntry(path) {
      seen.entries += 1
      if (seen.entries > limits.entries) throw SearchEnd.unsafe(path, `there are more than ${limits.entries} files`)
    },
    countFile(path, stats) {
      seen.bytes += stats.size
      if (seen.bytes > limits.bytes) throw SearchEnd.unsafe(path, `the files have more than ${limits.bytes} bytes`)
      if (stats.nlink === 1) return
      const name = names.get(inodeName(stats)) ?? { path, missing: stats.nlink }
      name.missing -= 1
      names.set(inodeName(stats), name)
    },
    countUnfolded(bytes) {
      seen.unfolded += bytes
      if (seen.unfolded > limits.unfoldedBytes) throw new UnsearchableError()
    },
    keep(path, print) {
      // What became of the top .git is never asked: the host passes it over.
      if (!path.startsWith(workspace) || path.startsWith(`${workspace}.git/`)) return
      const name = path.slice(workspace.length)
      kept.set(keptKey(name, decodeName(name)), formatFingerprint(print))
    },
    finish(honeytokens) {
      const foreign = [...names.values()].find(({ missing }) => missing > 0)
      if (foreign !== undefined) throw SearchEnd.unsafe(foreign.path, 'it is a hard link to a file outside')
      return { kind: 'clean', kept, bytes: seen.bytes, honeytokens }
    },
  }
}
