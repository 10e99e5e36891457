import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobFolders } from '../../../worker/pipeline/ports/index.ts'
import { createJobFolders } from '../../../worker/sandbox/job-folders.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces, type JobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import type { Overlays } from '../../../worker/seal/overlays.ts'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { removeTree } from '../../../worker/seal/remove-tree.ts'

const { signal } = new AbortController()

/** A worker that is not root, and a stored snapshot of its own. */
export interface OwnWorld extends AsyncDisposable {
  readonly root: string
  readonly stored: string
  readonly namespaces: JobNamespaces
  readonly overlays: Overlays
  /** Folders of a job, with what is stored laid below. */
  lay(): Promise<{ readonly folders: JobFolders; readonly folder: string; readonly refused: string | null }>
  printed(): string | null
}

/** `root` is there already where another process made it. */
export async function createOwnWorld(root?: string, jobId = 'job0000001'): Promise<OwnWorld> {
  const at = root ?? (await mkdtemp(join(tmpdir(), 'airlock-overlay, :')))
  const stored = join(at, 'stored')
  if (root === undefined) {
    for (const name of ['jobs', 'sockets', 'stored', 'stored/home', 'stored/workspace', 'stored/workspace/d']) {
      await mkdir(join(at, name))
    }
    await writeFile(join(stored, 'workspace/d/a'), 'stored')
  }
  const namespaces = createJobNamespaces()
  const overlays = createOverlays(namespaces)
  const store = createJobFolders({ dir: join(at, 'jobs'), socketDir: join(at, 'sockets'), namespaces })
  return {
    ...{ root: at, stored, namespaces, overlays },
    async lay() {
      const folders = await store.create(jobId, 1)
      const folder = join(folders.root, 'agent')
      return { folders, folder, refused: await overlays.lay({ stored, folder, owner: null }, signal) }
    },
    printed: () => printFolders(stored, ['workspace', 'home']),
    [Symbol.asyncDispose]: () => removeTree(at),
  }
}
