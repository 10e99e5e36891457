/**
 * Shows a stored folder to a job without copying it: as the job's user's, read-only, under a folder of the job's own
 * that takes what it writes. Imports worker/process, its neighbours in worker/sandbox, and from worker/seal what this
 * implements.
 *
 * Decided here:
 * - Nobody asks for the kernel's version. The first mount is the probe; once one was refused, none is tried again.
 * - Both of a job's folders are in one overlay, so that they are on one device for whoever counts what a job holds.
 * - A worker that is not root makes namespaces for it, and files of one user alone can be shown there: its own.
 */
import { lstat, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../../process/run-command.ts'
import type { OverlayPlan, Overlays } from '../../seal/overlays.ts'
import { removeTree } from '../../seal/remove-tree.ts'
import type { JobNamespaces } from './job-namespaces.ts'
import { mountInNamespace } from './mount-in-namespace.ts'
import { mountOnHost } from './mount-on-host.ts'
import { besides, type OverlayMount, parts } from './overlay-mount.ts'
import { perlScript } from './run-perl.ts'

const bareScript = perlScript('bare-tree.pl', ['llistxattr', 'lremovexattr'])
const bareTimeoutMs = 600_000

/** `namespaces` are those in which whoever starts sandboxes looks. */
export function createOverlays(namespaces: JobNamespaces): Overlays {
  const isRoot = process.getuid?.() === 0
  const how = isRoot ? mountOnHost : mountInNamespace(namespaces)
  let refused: string | null = null
  return {
    whyNot: () => refused,

    bare: async (folders, signal) =>
      (await refusalOf(() => how.run(bareScript, folders, { timeoutMs: bareTimeoutMs, signal }))) === null,

    async lay(plan, signal) {
      if (!isRoot && !(await isOwn(plan.stored))) return 'it was stored by a worker of another user'
      await makeRoom(plan)
      const why = await refusalOf(() => how.mount(plan, signal))
      if (why === null) {
        const { stored, folder } = plan
        namespaces.show(folder, { stored, lower: `${folder}-lower`, upper: `${folder}-upper` })
        return null
      }
      refused = why
      await giveRoomBack(plan, how)
      return why
    },
  }
}

async function isOwn(stored: string): Promise<boolean> {
  const { uid, gid } = await lstat(join(stored, 'home'))
  return uid === process.getuid?.() && gid === process.getgid?.()
}

async function makeRoom({ folder }: OverlayPlan): Promise<void> {
  for (const name of besides) await mkdir(`${folder}-${name}`, { mode: name === 'upper' ? 0o711 : 0o700 })
  for (const part of parts) {
    await rename(join(folder, part), join(`${folder}-upper`, part))
    // Whoever does not see what is mounted here finds nothing in it: that can be told, a folder that is not there cannot.
    await mkdir(join(folder, part), { mode: 0o700 })
  }
}

async function giveRoomBack({ folder }: OverlayPlan, how: OverlayMount): Promise<void> {
  await how.unmount(folder)
  for (const part of parts) await rename(join(`${folder}-upper`, part), join(folder, part))
  for (const name of besides) await removeTree(`${folder}-${name}`)
}

/** What a script ended with, or what is not to be had; anything else is no answer to whether it can be done. */
async function refusalOf(run: () => Promise<void>): Promise<string | null> {
  try {
    await run()
    return null
  } catch (error) {
    if (error instanceof CommandError && ['exit', 'not-found'].includes(error.code)) {
      return error.stderr.split('\n')[0] || error.message
    }
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return error.message
    throw error
  }
}
