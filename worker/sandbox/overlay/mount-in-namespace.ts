import { once } from 'node:events'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import type { OverlayPlan } from '../../seal/overlays.ts'
import type { JobNamespaces } from './job-namespaces.ts'
import { mountScript, mountTimeoutMs, type OverlayMount } from './overlay-mount.ts'
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
 */
export function mountInNamespace(namespaces: JobNamespaces): OverlayMount {
  return {
    async mount(plan, signal) {
      const { folder } = plan
      await mountAndHold(plan, namespaces, signal)
      // The worker has it open now; whether programs get in there is another question.
      await runCommand([...namespaces.enter(folder), '/bin/true'], { timeoutMs: mountTimeoutMs, signal })
    },
    unmount: async (folder) => namespaces.release(folder),
    run: (bare, args, options) => runPerl(perlCommandAsOwner(bare, args, namespaceFlags.user), options),
  }
}

async function mountAndHold(
  { stored, folder }: OverlayPlan,
  namespaces: JobNamespaces,
  signal: AbortSignal,
): Promise<void> {
  const args = ['', '', how, stored, basename(folder)]
  const command = perlCommandAsOwner(script, args, namespaceFlags.user | namespaceFlags.mount)
  const child = spawnProcess(command, { cwd: dirname(folder), env: perlEnvironment, stdio: 'pipe' })
  const end = AbortSignal.any([signal, AbortSignal.timeout(mountTimeoutMs)])
  const kill = () => child.kill('SIGKILL')
  end.addEventListener('abort', kill)
  try {
    const exited = once(child, 'exit')
    const { stdout, stderr } = child
    // From the start: Node throws away what nobody reads by the time a program ends.
    const said = stderr === null ? '' : text(stderr)
    // Its standard input is what it waits on: it ends with this process, if not before.
    const mounted = await Promise.race([once(stdout ?? child, 'data').then(() => true), exited.then(() => false)])
    signal.throwIfAborted()
    if (!mounted || child.pid === undefined) {
      const why = { code: 'exit', program: 'perl', exitCode: child.exitCode } as const
      throw new CommandError({ ...why, stderr: (await said).trim() })
    }
    namespaces.hold(folder, child.pid)
    child.stdin?.end()
    await exited
  } finally {
    end.removeEventListener('abort', kill)
    kill()
  }
}
