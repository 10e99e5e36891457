/**
 * What setup left, searched for secrets and stored for later jobs. May import the contract, the pipeline's ports,
 * worker/process, and from worker/git how files are told apart.
 *
 * Decided: the folders that are sealed are moved into the store or destroyed, so that nothing unsearched stays
 * beside them; every job gets a copy of its own, never a link, because a sandbox could change the snapshot through
 * it. A snapshot appears under its key whole or not at all.
 */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealResult, Snapshots } from '../pipeline/ports/index.ts'
import { copyInto, giveTree, moveTree } from './copy-tree.ts'
import { pruneStore } from './prune-store.ts'
import { removeTree } from './remove-tree.ts'
import type { SearchLimits } from './search-result.ts'
import { minimumSecretBytes, tooShortSecrets } from './secret-forms.ts'
import { findSnapshot, folderOf, storeSnapshot } from './snapshot-store.ts'
import { startSearch } from './start-search.ts'

export interface SnapshotLimits extends SearchLimits {
  /** Bytes of all snapshots together; the least recently used go first. */
  readonly storeBytes: number
}

const parts = ['workspace', 'home'] as const

const gib = 1024 ** 3
const defaultLimits: SnapshotLimits = {
  bytes: 10 * gib,
  entries: 2_000_000,
  unfoldedBytes: 8 * gib,
  storeBytes: 20 * gib,
}

export interface SnapshotDeps {
  /** A folder of the worker's own, best on the file system of the jobs' folders: then sealing moves. */
  readonly dir: string
  readonly limits?: SnapshotLimits
}

export function createSnapshots({ dir, limits = defaultLimits }: SnapshotDeps): Snapshots {
  return {
    find: (key) => findSnapshot(dir, key),

    async seal(key, from, secrets, signal): Promise<SealResult> {
      try {
        const [short] = tooShortSecrets(secrets)
        if (short !== undefined) {
          return {
            kind: 'unsafe',
            path: `secret ${short}`,
            why: `shorter than ${minimumSecretBytes} bytes: not searchable`,
          }
        }
        const result = await startSearch({ ...from, secrets, limits }, signal)
        if (result.kind !== 'clean') return result
        const snapshot = await storeSnapshot(dir, key, from, result, signal)
        await pruneStore(dir, limits.storeBytes, Date.now())
        return { kind: 'sealed', snapshot }
      } finally {
        // Moved away if it was clean. In every other case nothing of it may be used again.
        await removeTree(from.workspace)
        await removeTree(from.home)
      }
    },

    async restore(snapshot, into, owner, signal) {
      // Both at once and then moved: one program copies, and one gives, where each part would need two of its own.
      const staging = await mkdtemp(`${into.workspace}-`)
      try {
        await Promise.all([removeTree(into.workspace), removeTree(into.home)])
        await copyInto(folderOf(dir, snapshot.key), parts, staging, signal)
        if (owner !== null) await giveTree(staging, owner, signal)
        for (const part of parts) await moveTree(join(staging, part), into[part], signal)
      } finally {
        await removeTree(staging)
      }
    },
  }
}
