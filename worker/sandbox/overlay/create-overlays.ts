/**
 * Shows a stored folder to a job without copying it: as the job's user's, read-only, under a folder of the job's own
 * that takes what it writes. Imports worker/process, its neighbours in worker/sandbox, and from worker/seal what this
 * implements.
 *
 * Decided here:
 * - A worker that is root alone can do it: mapping the users of a mount takes CAP_SYS_ADMIN on the host.
 * - Nobody asks for the kernel's version. The first mount is the probe; once one was refused, none is tried again.
 * - Both of a job's folders are in one overlay, so that they are on one device for whoever counts what a job holds.
 */
import { lstat, mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandError } from '../../process/run-command.ts'
import type { OverlayPlan, Overlays } from '../../seal/overlays.ts'
import { removeTree } from '../../seal/remove-tree.ts'
import { perlScript, runPerl } from './run-perl.ts'
import { unmountBelow } from './unmount-below.ts'

const mountCalls = ['unshare', 'mount', 'umount2', 'open_tree', 'mount_setattr', 'move_mount'] as const
const mountScript = perlScript('mount-overlay.pl', mountCalls)
const bareScript = perlScript('bare-tree.pl', ['llistxattr', 'lremovexattr'])

const mountTimeoutMs = 30_000
const bareTimeoutMs = 600_000
const parts = ['workspace', 'home'] as const
/** What lies beside the folder while it is shown: where the job's own goes, and what the kernel needs. */
const besides = ['upper', 'work', 'lower'] as const

/** Null where the worker is not root. */
export function createOverlays(): Overlays | null {
  if (process.getuid?.() !== 0) return null
  let refused: string | null = null
  return {
    whyNot: () => refused,

    bare: async (folders, signal) =>
      (await refusalOf(() => runPerl(bareScript, folders, { timeoutMs: bareTimeoutMs, signal }))) === null,

    async lay(plan, signal) {
      await makeRoom(plan)
      const why = await refusalOf(() => mount(plan, signal))
      if (why === null) return null
      refused = why
      await giveRoomBack(plan)
      return why
    },
  }
}

async function makeRoom({ folder }: OverlayPlan): Promise<void> {
  for (const name of besides) await mkdir(`${folder}-${name}`, { mode: name === 'upper' ? 0o711 : 0o700 })
  for (const part of parts) await rename(join(folder, part), join(`${folder}-upper`, part))
}

async function giveRoomBack({ folder }: OverlayPlan): Promise<void> {
  await unmountBelow(dirname(folder))
  for (const part of parts) await rename(join(`${folder}-upper`, part), join(folder, part))
  for (const name of besides) await removeTree(`${folder}-${name}`)
}

async function mount({ stored, folder, owner }: OverlayPlan, signal: AbortSignal): Promise<void> {
  const { uid, gid } = await lstat(join(stored, 'home'))
  const maps = [mapOf(uid, owner.uid), mapOf(gid, owner.gid)]
  const options = { cwd: dirname(folder), timeoutMs: mountTimeoutMs, signal }
  await runPerl(mountScript, [...maps, stored, basename(folder)], options)
}

/** As the kernel takes it. What lies around the two folders of a snapshot is root's, and stays it. */
function mapOf(from: number, to: number): string {
  return from === 0 ? `0 ${to} 1\n` : `0 0 1\n${from} ${to} 1\n`
}

/** What a script ended with; anything else that kept it from its end is no answer of the kernel's. */
async function refusalOf(run: () => Promise<void>): Promise<string | null> {
  try {
    await run()
    return null
  } catch (error) {
    if (error instanceof CommandError && error.code === 'exit') return error.stderr.split('\n')[0] ?? error.stderr
    throw error
  }
}
