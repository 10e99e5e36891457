import type { BaseTree, KeptFiles } from '../pipeline/ports/index.ts'
import type { BaseEntry } from './base-tree.ts'
import { formatFingerprint, keptKey } from './fingerprint.ts'
import type { Git } from './git-command.ts'
import { readBlobs } from './read-blobs.ts'
import { decodeName } from './unsafe-name.ts'

/** Together: what a plan reads are manifests. */
const mostBytesTogether = 32 * 1024 * 1024

/** The files of a commit that lies in `gitDir`, listed when somebody asks. */
export function describeTree(
  git: Git,
  gitDir: string,
  treeSha: string,
  entries: (signal: AbortSignal) => Promise<readonly BaseEntry[]>,
): BaseTree {
  return {
    treeSha,
    list: async (signal) => printsOf(await entries(signal)),
    async read(paths, mostBytes, signal) {
      if (paths.length === 0) return new Map()
      const wanted = within(new Set(paths), await entries(signal), mostBytes)
      const bytes = wanted.reduce((sum, { size }) => sum + size, 0)
      const shas = wanted.map(({ sha }) => sha)
      const blobs = await readBlobs(git, gitDir, shas, bytes, signal)
      return new Map(wanted.map((entry) => [keyOf(entry), blobs.get(entry.sha)?.toString('utf8') ?? '']))
    },
  }
}

function printsOf(entries: readonly BaseEntry[]): KeptFiles {
  return new Map(entries.map((entry) => [keyOf(entry), formatFingerprint(entry)]))
}

function within(paths: ReadonlySet<string>, entries: readonly BaseEntry[], mostBytes: number): BaseEntry[] {
  let left = mostBytesTogether
  return entries.filter((entry) => {
    if (!paths.has(keyOf(entry)) || entry.mode === '120000' || entry.size > Math.min(mostBytes, left)) return false
    left -= entry.size
    return true
  })
}

function keyOf({ path }: BaseEntry): string {
  return keptKey(path, decodeName(path))
}
