import { dirname, join } from 'node:path'
import { insidePaths } from '../../pipeline/ports/index.ts'
import { insideBrokerSocket } from '../command/launch-script.ts'
import { handedOver } from '../process/bubblewrap-arguments.ts'
import type { SystemView, ViewEntry } from '../process/system-view.ts'
import type { Runsc } from './read-runsc.ts'

/** Where runsc, which sees nothing of the host but this, finds what it works with. */
export const outerPaths = { runsc: '/runsc', image: '/image', trace: '/trace' } as const

/** Where the container's first program is seen from inside. */
export const insideLauncher = '/run/airlock/launcher'

export interface OuterPlan {
  readonly runsc: Pick<Runsc, 'path' | 'sidecars' | 'platform'>
  /** The folder of the container's configuration, directly below the root. */
  readonly bundle: string
  readonly view: SystemView
  readonly workspace: string
  readonly home: string
  readonly tools: readonly { readonly name: string; readonly path: string }[]
  readonly brokerSocket: string | null
  readonly trace: string
  /** The container's first program. */
  readonly launcher: string
  /** True where the worker is no root and bwrap has to make the user namespace. */
  readonly ownUser: boolean
}

/** The sentry lays file systems of its own over these. */
export const kernelFolders = ['/proc', '/dev', '/sys', '/tmp'] as const
const waysToOurs = [dirname(insidePaths.home), dirname(insidePaths.tools), insidePaths.tools, '/run', '/run/airlock']

/**
 * bwrap's options for what surrounds runsc. Pure. A sentry or gofer that a job took over would find itself here: no
 * network, no processes but its own, no file of the host but the job's, and powers in a user namespace alone.
 *
 * The command's whole root file system is put together here, read-only but for the two folders. So it is the host's
 * kernel that keeps the image from being written to.
 */
export function outerView(plan: OuterPlan): readonly string[] {
  const inside = (path: string) => join(outerPaths.image, path)
  return [
    ...(plan.ownUser ? ['--unshare-user', '--uid', '0', '--gid', '0'] : []),
    ...['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--cap-add', 'ALL', '--clearenv'],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...showRunsc(plan.runsc),
    ...['--tmpfs', outerPaths.image],
    ...plan.view.entries.flatMap((entry) => viewArguments(plan.view.root, entry)),
    // Folders that bwrap makes on the way to a mount point would be its user's alone.
    ...[...kernelFolders, ...waysToOurs].flatMap((path) => ['--perms', '0755', '--dir', inside(path)]),
    ...['--bind', plan.home, inside(insidePaths.home), '--bind', plan.workspace, inside(insidePaths.workspace)],
    ...plan.tools.flatMap((tool) => ['--ro-bind', tool.path, inside(join(insidePaths.tools, tool.name))]),
    ...['--ro-bind', plan.launcher, inside(insideLauncher)],
    ...(plan.brokerSocket === null ? [] : ['--ro-bind', plan.brokerSocket, inside(insideBrokerSocket)]),
    ...['--remount-ro', outerPaths.image, '--bind', plan.trace, outerPaths.trace],
    ...['--ro-bind-data', String(handedOver.file), `/${plan.bundle}/config.json`, '--remount-ro', '/'],
    ...['--chdir', '/', '--json-status-fd', String(handedOver.status), '--block-fd', String(handedOver.block)],
  ]
}

export const kvmDevice = '/dev/kvm'

/** runsc, where the container is made and nowhere else. */
export function showRunsc({ path, sidecars, platform }: OuterPlan['runsc']): readonly string[] {
  return [
    ...['--ro-bind', path, outerPaths.runsc],
    ...(sidecars === null ? [] : ['--ro-bind', sidecars, '/gvisor-bin']),
    ...(platform === 'kvm' ? ['--dev-bind', kvmDevice, kvmDevice] : []),
  ]
}

function viewArguments(root: string, entry: ViewEntry): string[] {
  const to = join(outerPaths.image, entry.inside)
  if (entry.kind === 'link') return ['--symlink', entry.target, to]
  return entry.kind === 'read-only' ? ['--ro-bind', join(root, entry.path), to] : ['--dir', to]
}
