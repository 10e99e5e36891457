import { readFileSync } from 'node:fs'
import { systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import { handedOver } from './bubblewrap-arguments.ts'
import { headCommand } from './head-command.ts'

export interface HostUser {
  readonly uid: number
  readonly gid: number
}

/** How the chain of programs around one command is put together. */
export interface ChainPlan {
  readonly programs: {
    readonly bwrap: string
    readonly setpriv: string
    readonly sh: string
    readonly bash: string
    readonly perl: string
    readonly strace: string | null
  }
  /** Where strace writes; not reachable from inside. */
  readonly trace: string
  /** The job's user, where the worker is root. */
  readonly user: HostUser | null
  /** What stands before everything else: leads to where the job's folders hold what it is to see. */
  readonly enter: readonly string[]
  /** Folders that the job's user cannot walk to, shown to it where it can; empty in most installations. */
  readonly staged: readonly { readonly from: string; readonly to: string }[]
  /** How many open files, from `firstDoor` on, lead into control groups: the launcher's to use and to close. */
  readonly doors: number
  /** The one of them through which the whole chain goes, the audit included; null: the launcher has them all. */
  readonly entered: number | null
  /** Keeps the whole chain to one processor, down to the launcher, which ends that; null: nothing does. */
  readonly taskset: string | null
  /** Open files of the worker that have to be closed on the way. */
  readonly inherited: readonly number[]
  /** The launcher's command line, with the command in it. */
  readonly launch: readonly string[]
}

/**
 * Which calls strace stops for. The first three are the record. strace looks at *every* call of a new process or
 * thread until it makes the first one of this list, so the list has calls with which these begin: set_robust_list
 * (glibc), sigaltstack (Go), bind (bwrap's own). Without them a program with threads runs six times slower.
 */
const traced = 'execve,execveat,connect,set_robust_list,sigaltstack,bind'
const tracedStringLength = '256'

/** As text: the mounts may cover the folder that this project is in, and another script may stand behind it. */
export const stageScript = readFileSync(new URL('./stage.pl', import.meta.url), 'utf8')

export function stagingArguments(staged: ChainPlan['staged']): readonly string[] {
  const machine = thisMachine()
  const calls = [systemCallNumber('unshare', machine), systemCallNumber('mount', machine)].map(String)
  return [...calls, ...staged.flatMap(({ from, to }) => [from, to]), '--']
}

const becomeScript = 'exec @ARGV or die "airlock: $ARGV[0]: $!\\n"'

/** What shows host paths elsewhere, in a mount namespace of its own. */
export function stagingCommand(perl: string, staged: ChainPlan['staged']): readonly string[] {
  return staged.length === 0 ? [] : [perl, '-e', stageScript + becomeScript, ...stagingArguments(staged)]
}

/**
 * The command line on the host. Pure. From the outside in: the job's namespaces, the head, the staging mounts and the
 * switch to the job's user, the audit, the sandbox, the launcher. All of them but strace are one process that becomes the
 * next, down to bwrap, which so is the worker's own child and dies with it; strace's -D is for that.
 */
export function chainCommand(plan: ChainPlan): readonly string[] {
  const { bwrap, setpriv, strace, perl } = plan.programs
  const stage =
    plan.user === null || plan.staged.length === 0
      ? []
      : [...stagingCommand(perl, plan.staged), setpriv, ...switchTo(plan.user), '--']
  const audit =
    strace === null
      ? []
      : [
          ...[strace, '-D', '-f', '--seccomp-bpf', '-qq', '-ttt', '-s', tracedStringLength],
          ...['-e', `trace=${traced}`, '-e', 'signal=none', '-o', plan.trace, '--'],
        ]
  return [
    ...plan.enter,
    ...headCommand(plan),
    ...[...stage, ...audit],
    ...[bwrap, '--args', String(handedOver.arguments), '--', ...plan.launch],
  ]
}

const switchTo = ({ uid, gid }: HostUser) => ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
