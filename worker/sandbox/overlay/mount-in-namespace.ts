import { once } from 'node:events'
import { rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import type { OverlayPlan } from '../../seal/overlays.ts'
import type { JobNamespaces } from './job-namespaces.ts'
import { type OverlayMount, mountScript, mountTimeoutMs, parts } from './overlay-mount.ts'
import { namespaceFlags, perlCommandAsOwner, perlEnvironment, perlScript, runPerl } from './run-perl.ts'

/**
 * The overlay's own attributes are user.overlay.*, the only ones that whoever is not root may set. The kernel follows no
 * redirection of these, and sets none, for whoever writes the files could set them: renaming a folder that setup left is
 * answered with EXDEV, as between file systems.
 */
const how = 'userxattr,redirect_dir=nofollow'
const waiting = perlScript('wait-in-overlay.pl', [])
const script = { ...mountScript, text: `${mountScript.text}\n${waiting.text}` }

/**
 * For a worker that is not root: in a mount namespace of the job's, which the job's sandboxes are started in. Setup and
 * agent have the worker's own user, so nobody is mapped. The worker's own files are all that it has power over there.
 *
 * In the tree that everybody else sees, the two folders are symlinks to what is mounted: the worker goes through them.
 */
export function mountInNamespace(namespaces: JobNamespaces): OverlayMount {
  return {
    async mount(plan, signal) {
      const { folder } = plan
      const place = await mountAndHold(plan, namespaces, signal)
      // What is mounted can be seen here; whether programs get in there is another question.
      await runCommand([...namespaces.enter(folder), '/bin/true'], { timeoutMs: mountTimeoutMs, signal })
      for (const part of parts) await symlink(join(place, part), join(folder, part))
    },
    async unmount(folder) {
      for (const part of parts) await rm(join(folder, part), { force: true })
      namespaces.release(folder)
    },
    run: (bare, args, options) => runPerl(perlCommandAsOwner(bare, args, namespaceFlags.user), options),
  }
}

async function mountAndHold({ stored, folder }: OverlayPlan, namespaces: JobNamespaces, signal: AbortSignal) {
  const args = ['', '', how, stored, basename(folder)]
  const command = perlCommandAsOwner(script, args, namespaceFlags.user | namespaceFlags.mount)
  const child = spawnProcess(command, { cwd: dirname(folder), env: perlEnvironment, stdio: 'pipe' })
  const end = AbortSignal.any([signal, AbortSignal.timeout(mountTimeoutMs)])
  const kill = () => child.kill('SIGKILL')
  end.addEventListener('abort', kill)
  try {
    const exited = once(child, 'exit')
    const { stdout, stderr } = child
    // Its standard input is what it waits on: it ends with this process, if not before.
    const mounted = await Promise.race([once(stdout ?? child, 'data').then(() => true), exited.then(() => false)])
    signal.throwIfAborted()
    if (!mounted || child.pid === undefined) {
      const said = stderr === null ? '' : await text(stderr)
      throw new CommandError({ code: 'exit', program: 'perl', exitCode: child.exitCode, stderr: said.trim() })
    }
    const place = namespaces.hold(folder, child.pid)
    child.stdin?.end()
    await exited
    return place
  } finally {
    end.removeEventListener('abort', kill)
    kill()
  }
}
