import { lstat, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import { keepForm } from '../../seal/keep-form.ts'
import { isPlainLayer } from '../overlay/is-plain-layer.ts'
import type { JobView, ShownLayers } from '../overlay/job-namespaces.ts'
import type { Program } from '../process/find-programs.ts'
import { type Bind, confinedCommand } from './confined.ts'

/** What of a job's folders a guest sees on a read-only disk, below what it writes. */
export interface Below extends ShownLayers {
  readonly disk: string
  /** What is on it. */
  readonly bytes: number
}

/** Of one size whatever is on it, all but its beginning a hole: a guest whose state is kept has seen one of that size. */
export const belowDiskBytes = 64 * 1024 ** 3
const parts = ['workspace', 'home'] as const
const timeoutMs = 600_000
const insideUser = 1000

/** Disks of stored snapshots, each made when the first job is to see it, and kept beside the snapshot. */
export function createBelowDisks(program: (name: Program) => string) {
  const making = new Map<string, Promise<string>>()

  const diskOf = (stored: string) => {
    const made = making.get(stored) ?? keepDisk(stored).finally(() => making.delete(stored))
    making.set(stored, made)
    return made
  }

  const keepDisk = (stored: string) =>
    keepForm({ stored, name: 'microvm-below.erofs', make: (draft) => makeDisk(program, stored, draft) })

  /** Null: all of them has to be copied to the job's disk. */
  return async (workspace: string, view: JobView): Promise<Below | null> => {
    const layers = view.layersOf(workspace)
    if (layers === null || !(await isPlainLayer(layers))) return null
    try {
      const disk = await diskOf(layers.stored)
      const { blocks } = await stat(disk)
      return { ...layers, disk, bytes: blocks * 512 }
    } catch (error) {
      // A name that is too long for the program, a snapshot that was thrown away meanwhile, a file system without room.
      if (error instanceof Error && 'code' in error) return null
      throw error
    }
  }
}

/** What setup left is read as the user that it belongs to, and no more than that. */
async function makeDisk(program: (name: Program) => string, stored: string, draft: string): Promise<void> {
  const { uid, gid } = await lstat(join(stored, 'home'))
  const user = process.getuid?.() === 0 ? { uid, gid } : null
  const file = await open(draft, 'wx', 0o600)
  try {
    if (user !== null) await file.chown(uid, gid)
    const folders = parts.map((part): Bind => ({ from: join(stored, part), inside: `/top/${part}` }))
    const fixed = ['--quiet', '--preserve-mtime', '-x-1', '-U', '00000000-0000-0000-0000-000000000000']
    const command = confinedCommand({
      ...{ program, user, inside: insideUser, capability: 'CAP_DAC_READ_SEARCH' },
      binds: [{ from: draft, inside: '/disk', writable: true }, ...folders],
      command: [program('mkfs.erofs'), ...fixed, '/disk', '/top'],
    })
    await runCommand(command, { env: {}, timeoutMs })
    if (user !== null) await file.chown(0, 0)
    const { size } = await file.stat()
    if (size > belowDiskBytes) throw new SandboxError('start-failed', `${stored} is too large for a disk`)
    await file.truncate(belowDiskBytes)
  } finally {
    await file.close()
  }
}
