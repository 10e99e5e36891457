import { stagingCommand } from '../process/command-line.ts'
import type { Program } from '../process/find-programs.ts'
import { type Stage, stagePaths } from '../process/stage-paths.ts'

export interface HostUser {
  readonly uid: number
  readonly gid: number
}

/** One host file or folder that a confined program sees. */
export interface Bind {
  readonly from: string
  readonly inside: string
  readonly writable?: true
  /** A device node: a plain bind would not let it be opened. */
  readonly device?: true
}

export interface ConfinedPlan {
  readonly program: (name: Program) => string
  /** The job's user where the worker is root; null: the worker's own. */
  readonly user: HostUser | null
  /** Further groups of that user, for a device. */
  readonly groups?: readonly number[]
  readonly binds: readonly Bind[]
  /** Who it is in its own user namespace, where the job's files belong to that number. */
  readonly inside: number
  /** At most one capability over the job's own files: a job may have locked them. */
  readonly capability?: 'CAP_DAC_READ_SEARCH' | 'CAP_DAC_OVERRIDE'
  readonly command: readonly string[]
}

/** Programs and libraries of Debian's own packages; no configuration, nothing that a user of the host has made. */
const system = ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/share/qemu', '/usr/share/seabios']
const links = ['bin', 'sbin', 'lib', 'lib64']

/**
 * The command line of a program that handles what a job made, or runs the job itself: as the job's user, in
 * namespaces of its own without a network, with no file of the host but programs and what is listed. Everything down
 * to bwrap is one process that becomes the next, so it is the worker's own child and dies with it.
 */
export function confinedCommand(plan: ConfinedPlan): readonly string[] {
  const { program, user, binds, inside } = plan
  const stage = stagePaths(
    binds.filter((bind) => bind.device === undefined).map((bind) => bind.from),
    user,
  )
  return [
    ...(user === null ? [] : becomeUser(program, stage, user, plan.groups ?? [])),
    ...[program('bwrap'), '--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL'],
    ...['--uid', String(inside), '--gid', String(inside), '--hostname', 'airlock'],
    ...(plan.capability === undefined ? [] : ['--cap-add', plan.capability]),
    ...system.flatMap((path) => ['--ro-bind-try', path, path]),
    ...links.flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--ro-bind-try', '/usr/lib64', '/usr/lib64', '--ro-bind-try', '/etc/ld.so.cache', '/etc/ld.so.cache'],
    ...['--proc', '/proc', '--dev', '/dev', '--perms', '0700', '--size', '1048576', '--tmpfs', '/tmp'],
    ...binds.flatMap((bind) => [bindOption(bind), bind.device ? bind.from : stage.find(bind.from), bind.inside]),
    ...['--remount-ro', '/', '--chdir', '/', '--setenv', 'PATH', '/usr/bin:/usr/sbin', '--', ...plan.command],
  ]
}

function bindOption(bind: Bind): string {
  if (bind.device) return '--dev-bind'
  return bind.writable ? '--bind' : '--ro-bind'
}

function becomeUser(
  program: ConfinedPlan['program'],
  stage: Stage,
  user: HostUser,
  groups: readonly number[],
): string[] {
  return [
    ...stagingCommand(program('perl'), stage.staged),
    ...[program('setpriv'), '--reuid', String(user.uid), '--regid', String(user.gid)],
    ...(groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join(',')]),
    '--',
  ]
}
