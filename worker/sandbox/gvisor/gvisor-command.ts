import { readFileSync } from 'node:fs'
import { doorNumbers, handedOver } from '../process/bubblewrap-arguments.ts'
import { type HostUser, stageScript, stagingArguments } from '../process/command-line.ts'
import { systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { outerPaths } from './outer-view.ts'

export interface GvisorChain {
  readonly programs: { readonly bwrap: string; readonly perl: string }
  /** What stands before everything else: leads to where the job's folders hold what it is to see. */
  readonly enter: readonly string[]
  /** The job's user, where the worker is root. */
  readonly user: HostUser | null
  readonly staged: readonly { readonly from: string; readonly to: string }[]
  readonly doors: number
  readonly inherited: readonly number[]
  readonly flags: readonly string[]
  /** The folder of the container's configuration, by whose name the sandbox's processes are recognised. */
  readonly bundle: string
}

const enterScript = readFileSync(new URL('./enter.pl', import.meta.url), 'utf8')
const containerId = 'airlock'

/**
 * The number of whoever runs runsc for a job: no account, nobody's files, and not the job's own user either. The users
 * of jobs are below this range.
 */
const rootOf = (user: HostUser) => user.uid + 65_536

/**
 * The command line on the host. Pure. One process that becomes the next: a perl that does the staging mounts, the
 * control groups and users, then bwrap, and in there runsc.
 */
export function gvisorCommand(plan: GvisorChain): readonly string[] {
  const { bwrap, perl } = plan.programs
  const doors = doorNumbers(plan.doors)
  const unneeded = plan.inherited.filter((number) => number > handedOver.block && !doors.includes(number))
  const calls = (['unshare', 'close'] as const).map((call) => String(systemCallNumber(call, thisMachine())))
  const users = plan.user === null ? ['', ''] : [String(plan.user.uid), String(rootOf(plan.user))]
  return [
    ...plan.enter,
    ...(plan.staged.length === 0
      ? [perl, '-e', enterScript]
      : [perl, '-e', `{ ${stageScript} }\n{ ${enterScript} }`, ...stagingArguments(plan.staged)]),
    ...[...calls, unneeded.join(' '), doors.join(' '), ...users, '--'],
    ...[bwrap, '--args', String(handedOver.arguments), '--'],
    ...[outerPaths.runsc, ...plan.flags, 'run', '-bundle', plan.bundle, containerId],
  ]
}
