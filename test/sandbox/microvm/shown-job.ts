import { lchown, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Folders, Owner } from '../../../worker/pipeline/ports/index.ts'
import { createJobFolders } from '../../../worker/sandbox/job-folders.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { unmountBelow } from '../../../worker/sandbox/overlay/unmount-below.ts'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { removeTree } from '../../../worker/seal/remove-tree.ts'

/** Whoever ran the setup whose files are stored. */
const setupUser = 600_001
const { signal } = new AbortController()

/** A stored snapshot, and jobs that are shown it in place of a copy. */
export async function createShownWorld(plant: (stored: Folders) => Promise<void>) {
  const root = await mkdtemp('/tmp/airlock-shown-')
  const stored = join(root, 'stored')
  for (const name of ['jobs', 'sockets', 'stored', 'stored/workspace', 'stored/home']) await mkdir(join(root, name))
  await plant({ workspace: join(stored, 'workspace'), home: join(stored, 'home') })
  if (process.getuid?.() === 0) {
    for (const path of await readdir(stored, { recursive: true }))
      await lchown(join(stored, path), setupUser, setupUser)
  }
  const namespaces = createJobNamespaces()
  const overlays = createOverlays(namespaces)
  const store = createJobFolders({ dir: join(root, 'jobs'), socketDir: join(root, 'sockets'), namespaces })
  const print = () => printFolders(stored, ['workspace', 'home'])
  const before = print()
  return {
    ...{ root, stored, namespaces },
    isAsStored: () => print() === before,
    /** The folders of a job, with these files of its own over what is stored. */
    async lay(jobId: string, owner: Owner, own: Readonly<Record<string, string>>): Promise<Folders> {
      const folders = await store.create(jobId, 1)
      await store.give(folders, owner)
      for (const [path, content] of Object.entries(own)) {
        await store.write(folders.agent.workspace, path, content, owner)
      }
      const refused = await overlays.lay({ stored, folder: join(folders.root, 'agent'), owner }, signal)
      if (refused !== null) throw new Error(refused)
      return folders.agent
    },
    async [Symbol.asyncDispose]() {
      await unmountBelow(root)
      await removeTree(root)
    },
  }
}

/** A file of many that setup left. */
export async function plantFile(folder: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true })
  await writeFile(join(folder, path), content)
}
