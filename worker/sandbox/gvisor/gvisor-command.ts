import { readFileSync } from 'node:fs'
import { firstDoor, handedOver } from '../process/bubblewrap-arguments.ts'
import { closingCommand, type HostUser, stagingCommand } from '../process/command-line.ts'
import { systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { outerPaths } from './outer-view.ts'

export interface GvisorChain {
  readonly programs: { readonly bwrap: string; readonly bash: string; readonly perl: string }
  /** The job's user, where the worker is root. */
  readonly user: HostUser | null
  readonly staged: readonly { readonly from: string; readonly to: string }[]
  readonly doors: number
  readonly inherited: readonly number[]
  readonly flags: readonly string[]
  /** The folder of the container's configuration, by whose name the sandbox's processes are recognised. */
  readonly bundle: string
}

/** As text: the staging mounts before it may have covered the folder that this project is in. */
const enterScript = readFileSync(new URL('./enter.pl', import.meta.url), 'utf8')
const containerId = 'airlock'

/**
 * The number of whoever runs runsc for a job: no account, nobody's files, and not the job's own user either. The users
 * of jobs are below this range.
 */
const rootOf = (user: HostUser) => user.uid + 65_536

/**
 * The command line on the host. Pure. One process that becomes the next: closing what the worker inherited, the staging
 * mounts, the control groups and users, bwrap, and in there runsc.
 */
export function gvisorCommand(plan: GvisorChain): readonly string[] {
  const { bwrap, bash, perl } = plan.programs
  const doors = Array.from({ length: plan.doors }, (_, index) => firstDoor + index).join(' ')
  const users = plan.user === null ? ['', ''] : [String(plan.user.uid), String(rootOf(plan.user))]
  return [
    ...closingCommand(bash, plan.inherited, plan.doors),
    ...stagingCommand(perl, plan.staged),
    ...[perl, '-e', enterScript, String(systemCallNumber('unshare', thisMachine())), doors, ...users, '--'],
    ...[bwrap, '--args', String(handedOver.arguments), '--'],
    ...[outerPaths.runsc, ...plan.flags, 'run', '-bundle', plan.bundle, containerId],
  ]
}
