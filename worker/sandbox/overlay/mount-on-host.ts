import { lstat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { mountScript, mountTimeoutMs, type OverlayMount } from './overlay-mount.ts'
import { perlCommand, runPerl } from './run-perl.ts'
import { unmountBelow } from './unmount-below.ts'

/**
 * Without userxattr the overlay's own attributes are trusted.*, which take a capability of the host: nothing counts that
 * a job could write.
 */
const how = 'redirect_dir=on'

/** For a worker that is root: in its own mount namespace, with the stored files mapped to the job's user. */
export const mountOnHost: OverlayMount = {
  async mount({ stored, folder, owner }, signal) {
    const { uid, gid } = await lstat(join(stored, 'home'))
    const to = owner ?? { uid: 0, gid: 0 }
    const args = [mapOf(uid, to.uid), mapOf(gid, to.gid), how, stored, basename(folder)]
    await runPerl(perlCommand(mountScript, args), { cwd: dirname(folder), timeoutMs: mountTimeoutMs, signal })
  },
  unmount: (folder) => unmountBelow(dirname(folder)),
  run: (script, args, options) => runPerl(perlCommand(script, args), options),
}

/** As the kernel takes it. What lies around the two folders of a snapshot is root's, and stays it. */
function mapOf(from: number, to: number): string {
  return from === 0 ? `0 ${to} 1\n` : `0 0 1\n${from} ${to} 1\n`
}
