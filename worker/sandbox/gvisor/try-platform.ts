import { stat } from 'node:fs/promises'
import { runCommand } from '../../process/run-command.ts'
import { ociConfig } from './oci-config.ts'
import { kernelFolders, kvmDevice, outerPaths, showRunsc } from './outer-view.ts'
import type { Runsc } from './read-runsc.ts'

/** What the sentry runs a guest's instructions with. */
export type Platform = 'kvm' | 'systrap' | 'ptrace'

const timeoutMs = 10_000
const tmpBytes = 1024 * 1024

/**
 * Runs a guest to its end. It is runsc itself, which needs nothing besides, asked for its version. That a device is
 * there, or that runsc knows a platform, says little: there are hosts on which a guest under KVM hangs.
 */
export async function tryPlatform(plan: { runsc: Omit<Runsc, 'version'>; bwrap: string }): Promise<boolean> {
  const { runsc, bwrap } = plan
  if (runsc.platform === 'kvm' && !(await anybodyMayOpen(kvmDevice))) return false
  const argv = [outerPaths.runsc, '--version']
  const config = ociConfig({ root: outerPaths.image, cwd: '/', argv, env: {}, uid: 0, tmpBytes, limits: null })
  const inside = (path: string) => `${outerPaths.image}${path}`
  try {
    const { stdout } = await runCommand(
      [
        ...[bwrap, '--unshare-all', '--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--die-with-parent'],
        ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--chdir', '/'],
        ...showRunsc(runsc),
        ...['--ro-bind', runsc.path, inside(outerPaths.runsc)],
        ...kernelFolders.flatMap((path) => ['--dir', inside(path)]),
        ...['--ro-bind-data', '0', '/bundle/config.json', '--'],
        ...[
          outerPaths.runsc,
          ...runsc.flags({ socket: false, trace: '/dev/null' }),
          'run',
          '-bundle',
          '/bundle',
          'trial',
        ],
      ],
      { input: JSON.stringify(config), timeoutMs },
    )
    return stdout.includes('runsc version')
  } catch {
    return false
  }
}

/** What runs a job's runsc is nobody. */
async function anybodyMayOpen(path: string): Promise<boolean> {
  const device = await stat(path).catch(() => null)
  return device !== null && (device.mode & 0o006) === 0o006
}
