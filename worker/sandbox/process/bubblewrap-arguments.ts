import { join } from 'node:path'
import { insidePaths } from '../../pipeline/ports/index.ts'
import { insideBrokerSocket } from '../command/launch-script.ts'
import type { SystemView, ViewEntry } from './system-view.ts'

/** Numbers of the open files that bwrap is started with; it closes each before the command starts. */
export const handedOver = { arguments: 3, file: 4, status: 5, block: 6 } as const
/** The first of those that lead into the sandbox's control groups; the launcher closes them. */
export const firstDoor = 7
/** Numbers of all of these. */
export const doorNumbers = (doors: number) => Array.from({ length: doors }, (_, index) => firstDoor + index)

export interface BubblewrapPlan {
  readonly view: SystemView
  /** Becomes /etc; null: the view brings its own. */
  readonly etc: string | null
  readonly emptyFolder: string
  readonly workspace: string
  readonly home: string
  /** Read-only, inside as /opt/airlock/NAME. */
  readonly tools: readonly { readonly name: string; readonly path: string }[]
  readonly brokerSocket: string | null
  /** Bytes that /tmp and /dev/shm may each hold. They are memory. */
  readonly tmpBytes: number
  readonly env: Readonly<Record<string, string>>
}

/**
 * bwrap's options for one command. Pure. They are handed over through an open file, not on the command line, where
 * every user of the host could read the environment's secrets.
 *
 * Order matters: later mounts lie over earlier ones, and the root becomes read-only last. No mount point lies in a
 * folder that a job can write to, so that none can be led astray by a symbolic link.
 */
export function bubblewrapArguments(plan: BubblewrapPlan): readonly string[] {
  const size = String(plan.tmpBytes)
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ...['--hostname', 'airlock', '--uid', '1000', '--gid', '1000'],
    ...(plan.etc === null ? [] : ['--ro-bind', plan.etc, '/etc']),
    ...plan.view.entries.flatMap((entry) => viewArguments(plan.view.root, entry, plan.emptyFolder)),
    ...['--proc', '/proc', '--dev', '/dev'],
    // The session keyring comes along from the host, and no namespace hides the names in it.
    ...['--ro-bind', '/dev/null', '/proc/keys'],
    ...['--perms', '1777', '--size', size, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...['--perms', '1777', '--size', size, '--tmpfs', '/tmp'],
    ...['--bind', plan.home, insidePaths.home, '--bind', plan.workspace, insidePaths.workspace],
    ...plan.tools.flatMap((tool) => ['--ro-bind', tool.path, `${insidePaths.tools}/${tool.name}`]),
    ...(plan.brokerSocket === null ? [] : ['--ro-bind', plan.brokerSocket, insideBrokerSocket]),
    ...['--remount-ro', '/', '--chdir', insidePaths.workspace],
    ...Object.entries(plan.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--seccomp', String(handedOver.file), '--json-status-fd', String(handedOver.status)],
    ...['--block-fd', String(handedOver.block)],
  ]
}

function viewArguments(root: string, entry: ViewEntry, emptyFolder: string): string[] {
  if (entry.kind === 'link') return ['--symlink', entry.target, entry.inside]
  return ['--ro-bind', entry.kind === 'empty' ? emptyFolder : join(root, entry.path), entry.inside]
}
