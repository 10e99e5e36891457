import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ExecEnd, type ExecRequest, type NetworkDevice, SandboxError } from '../../pipeline/ports/index.ts'
import { type NetworkCounters, openNetworkCounters, seenBy } from '../audit/network-counters.ts'
import type { ProcessLog } from '../audit/process-log.ts'
import { commandEnd, lateReason } from '../command/command-end.ts'
import { createCommandStop } from '../command/command-stop.ts'
import { pumpOutput } from '../command/pump-output.ts'
import { killAndWait } from '../reaper/kill-and-wait.ts'
import { type PinnedNamespace, pinNamespace } from '../reaper/pin-namespace.ts'
import { type ProcessIdentity, readProcessIdentity } from '../reaper/process-identity.ts'
import { type Child, type ChildPlan, startChild } from './start-child.ts'

export interface RunPlan extends ChildPlan {
  readonly request: ExecRequest
  /** Milliseconds and bytes that are left of the phase's limits. */
  readonly wallMs: number
  readonly outputBytes: number
  readonly log: ProcessLog | null
  /** Where the sandbox does not put itself under its limits; null: it does. */
  readonly limit: MovedIn | null
  /** Told the sandbox's pid namespace before the command starts. */
  readonly onNamespace: (namespace: PinnedNamespace) => void
  /** Asked now and then, and once after the end, which limit the sandbox is over. */
  readonly overLimit: () => Promise<'disk' | 'memory' | null>
  /** Asked after the end, where bwrap's word is not enough: true if what it started never came to the command. */
  readonly failedToBegin: (exitCode: number | null) => boolean
}

interface MovedIn {
  /** Puts a process, and what it starts from then on, under the limits. */
  readonly add: (pid: number) => Promise<void>
  /** True: the chain's first process too. False: it has a place of its own, and with it what it leaves outside. */
  readonly first: boolean
}

export interface RunEnd {
  readonly ended: ExecEnd
  readonly exitCode: number | null
  readonly signal: string | null
  readonly outputBytes: number
  /** Of the network namespace that bwrap made; absent where it could not be looked at. */
  readonly devices?: readonly NetworkDevice[]
}

const startTimeoutMs = 20_000
const deathTimeoutMs = 15_000

/**
 * Runs one command in a sandbox of its own, and returns when everything that it started is dead: however it ends,
 * the first process of its pid namespace goes, and with it, by the kernel, every other one in there.
 */
export async function runInBubblewrap(plan: RunPlan): Promise<RunEnd> {
  const child = await startChild(plan)
  const { request, wallMs, overLimit } = plan
  using stop = createCommandStop({ kill: child.kill, signal: request.signal, wallMs, overLimit })
  const output = pumpOutput(child, request.onOutput, plan.outputBytes, () => stop.because('output'))
  output.done.catch(() => stop.because('cancelled'))
  let init: ProcessIdentity | null = null
  let counters: NetworkCounters | null = null
  try {
    init = await startedInit(plan, child)
    if (init !== null) counters = openNetworkCounters(init.pid)
    // Not before: each line would wake this process while the sandbox is being built, and the pipe holds them all.
    const traced = readTrace(child, plan.log)
    if (init !== null && stop.reason() === null) {
      stop.watch()
      child.release()
    }
    const end = await Promise.race([child.exited, stop.happened.then(() => died(child))])
    await killAndWait(init === null ? [] : [init], deathTimeoutMs)
    await Promise.race([output.done, stop.happened])
    await Promise.race([traced, sleep(deathTimeoutMs, undefined, { ref: false })])
    const command = commandEnd(end)
    const reason = stop.reason() ?? (await lateReason(command, overLimit))
    // Asked after the limits: where memory ends, the kernel may kill bwrap with the rest, before it can report.
    if (reason === null && (!child.ranToEnd() || plan.failedToBegin(end.code)))
      throw notStarted(output.lastErrors() || `exit ${end.code}`)
    return { ended: reason ?? 'exited', ...command, outputBytes: output.bytes(), ...seenBy(counters) }
  } finally {
    child.kill()
    await killAndWait(init === null ? [] : [init], deathTimeoutMs)
    child.close()
    counters?.[Symbol.dispose]()
  }
}

/** Waits for the sandbox to be built and puts it under its limits; null if it ended before that. */
async function startedInit(plan: RunPlan, child: Child): Promise<ProcessIdentity | null> {
  const late = sleep(startTimeoutMs, null, { ref: false }).then(() => Promise.reject(notStarted('not within 20 s')))
  // The kernel takes some milliseconds over the first process that it moves. They pass while the sandbox is built.
  const moved = child.pid === undefined || !plan.limit?.first ? null : plan.limit.add(child.pid).catch(() => {})
  const init = await Promise.race([child.init, late])
  const identity = init === null ? null : readProcessIdentity(init.pid)
  if (init === null || identity === null) return null
  // Where the worker may not hold on to it, the number alone has to do.
  plan.onNamespace(pinNamespace(init.pid) ?? { inode: init.namespace, [Symbol.dispose]: () => {} })
  await moved
  await plan.limit?.add(init.pid)
  return identity
}

function readTrace(child: Child, log: ProcessLog | null): Promise<void> {
  if (log === null) return Promise.resolve()
  child.trace.on('data', (chunk: Buffer) => log.write(chunk))
  return finished(child.trace).catch(() => {})
}

async function died(child: Child): Promise<{ code: number | null; signal: string | null }> {
  const late = sleep(deathTimeoutMs, null, { ref: false })
  const end = await Promise.race([child.exited, late])
  if (end === null) throw new SandboxError('not-destroyed', 'the sandbox did not end when it was killed')
  return end
}

function notStarted(why: string): SandboxError {
  return new SandboxError('start-failed', `the sandbox did not start: ${why}`)
}
