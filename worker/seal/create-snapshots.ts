/**
 * What setup left, searched for secrets and stored for later jobs. May import the contract, the pipeline's ports,
 * worker/process, and from worker/git how files are told apart.
 *
 * Decided: the folders that are sealed are moved into the store or destroyed, so that nothing unsearched stays
 * beside them; every job gets a copy of its own or sees the snapshot through an overlay, read-only and never as a link,
 * because a sandbox could change the snapshot through it. A snapshot appears under its key whole or not at all, and is
 * used only while it is as it was stored.
 */
import type { SealInput, SealResult, Snapshots } from '../pipeline/ports/index.ts'
import { cleanHome } from './clean-home.ts'
import { findLayer } from './find-layer.ts'
import { handOver } from './hand-over.ts'
import type { Overlays } from './overlays.ts'
import { pruneStore } from './prune-store.ts'
import { removeTree } from './remove-tree.ts'
import { restoreSnapshot } from './restore-snapshot.ts'
import type { SearchLimits } from './search-result.ts'
import { minimumSecretBytes, tooShortSecrets } from './secret-forms.ts'
import { findSnapshot, type Store, storeSnapshot } from './snapshot-store.ts'
import { startSearch } from './start-search.ts'
import { loadStoreKey } from './store-key.ts'

export interface SnapshotLimits extends SearchLimits {
  /** Bytes of all snapshots together; the least recently used go first. */
  readonly storeBytes: number
  /** An older one is made again: what a registry says of a lockfile's packages changes. */
  readonly maxAgeMs: number
}

const gib = 1024 ** 3
const defaultLimits: SnapshotLimits = {
  bytes: 10 * gib,
  entries: 2_000_000,
  unfoldedBytes: 8 * gib,
  storeBytes: 20 * gib,
  maxAgeMs: 30 * 24 * 60 * 60 * 1000,
}

export interface SnapshotDeps {
  /** A folder of the worker's own, best on the file system of the jobs' folders: then sealing moves. */
  readonly dir: string
  readonly limits?: SnapshotLimits
  /** Between two jobs it is packed and unpacked, as GitHub's cache does: contents are then read again. */
  readonly isCarried?: boolean
  /** Null: each job gets a copy. */
  readonly overlays?: Overlays | null
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

export function createSnapshots({
  dir,
  limits = defaultLimits,
  isCarried = false,
  overlays = null,
  now = Date.now,
}: SnapshotDeps): Snapshots {
  const { maxAgeMs } = limits
  const open = async (): Promise<Store> => ({ dir, key: await loadStoreKey(dir), maxAgeMs, isCarried, overlays })
  return {
    async versionsOf(secrets) {
      const { key } = await open()
      return Object.fromEntries([...secrets].map(([name, value]) => [name, key.sign(JSON.stringify([name, value]))]))
    },

    find: async (key, signal) => findSnapshot(await open(), key, now(), signal),

    async seal(input, signal): Promise<SealResult> {
      let isGood = false
      try {
        const result = await sealIn(open, input, limits, now, signal)
        isGood = result.kind === 'sealed' && result.snapshot === null
        return result
      } finally {
        // Handed on or moved away if it was clean. In every other case nothing of it may be used again.
        if (!isGood) await Promise.all([removeTree(input.from.workspace), removeTree(input.from.home)])
      }
    },

    restore: (snapshot, into, viewer, signal) => restoreSnapshot({ dir, overlays }, snapshot, into, viewer, signal),

    handOver: (from, into, signal) => handOver(overlays, from, into, signal),
  }
}

async function sealIn(
  open: () => Promise<Store>,
  { from, secrets, base, store: keys }: SealInput,
  limits: SnapshotLimits,
  now: () => number,
  signal: AbortSignal,
): Promise<SealResult> {
  const [short] = tooShortSecrets(secrets)
  if (short !== undefined) {
    return { kind: 'unsafe', path: `secret ${short}`, why: `shorter than ${minimumSecretBytes} bytes: not searchable` }
  }
  const cleaned = await cleanHome(from.home)
  const result = await startSearch({ ...from, secrets, limits }, signal)
  if (result.kind !== 'clean') return result
  const { kept, bytes, honeytokens } = result
  if (keys === null) return { kind: 'sealed', snapshot: null, kept, honeytokens, cleaned }
  const layer = keys.shared === null ? null : await findLayer(from.workspace, kept, base)
  const key = layer === null ? keys.exact : (keys.shared ?? keys.exact)
  const store = await open()
  const snapshot = await storeSnapshot(
    store,
    key,
    { from, kept, bytes, layer, now: now(), repository: keys.repository },
    signal,
  )
  await pruneStore(store.dir, limits.storeBytes, now())
  return { kind: 'sealed', snapshot, kept, honeytokens, cleaned }
}
