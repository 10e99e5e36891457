import type { Outcome, Phase } from '../contract/index.ts'
import { end, type Job } from './job.ts'
import { createOutputTail } from './output-tail.ts'
import {
  type BrokerSession,
  type BrokerSpec,
  type ExecResult,
  type Sandbox,
  type SandboxEngine,
  SandboxError,
} from './ports/index.ts'
import type { SilenceWatch } from './silence-watch.ts'

/** Process events of one job that are kept in the record. */
const maxProcessEvents = 50_000

/** The one door of a sandbox, with every decision in the record. `onSign`: something went through it, or tried to. */
export async function openBroker(
  job: Job,
  engine: SandboxEngine,
  spec: Pick<BrokerSpec, 'phase' | 'egress' | 'secrets' | 'model'>,
  onSign: () => void = () => {},
): Promise<BrokerSession> {
  const { request, folders, ports, audit, facts } = job
  return ports.brokers.open(
    {
      ...spec,
      jobId: request.id,
      repository: request.repository,
      socketPath: folders.brokerSocket,
      owner: engine.fileOwner(request.id),
    },
    {
      onDecision(decision) {
        if (facts.decisions.length < maxProcessEvents) facts.decisions.push(decision)
        audit.append('egress', { ...decision })
        onSign()
      },
      onExchange(exchange) {
        audit.append('model', { ...exchange })
        onSign()
      },
    },
  )
}

export interface SandboxedRun {
  readonly exitCode: number | null
  /** Set where a limit or a person ended the command, rather than the command itself. */
  readonly outcome: Outcome | null
}

/** Ends a sandbox and writes the proof down. Throws when anything of it is left: nothing may run on beside the next step. */
export async function destroyWithProof(job: Job, sandbox: Sandbox, phase: Phase): Promise<void> {
  const proof = await sandbox.destroy()
  job.audit.append('destroyed', { phase, ...proof })
  if (proof.processes + proof.mounts + proof.groups > 0) {
    throw new SandboxError('not-destroyed', `${proof.processes} processes of the ${phase} sandbox are left`)
  }
}

/** Writes down what a phase that is over had to do with the network. */
export function noteTraffic(job: Job, phase: Phase, broker: Pick<BrokerSession, 'traffic'>): void {
  const traffic = broker.traffic()
  job.facts.networks.push({ phase, devices: [], ...traffic })
  job.audit.append('network', { phase, ...traffic })
}

/** Runs one command, keeps the end of its output, and writes its processes to the record. */
export async function runInSandbox(
  job: Job,
  sandbox: Sandbox,
  phase: Phase,
  command: {
    readonly argv: readonly string[]
    readonly env: Readonly<Record<string, string>>
    readonly stdin?: string
    readonly onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void
    /** Ends a command that gives no sign of life for too long. */
    readonly silence?: SilenceWatch
  },
): Promise<SandboxedRun> {
  const { onOutput, silence, ...exec } = command
  const { signal: given } = job.attempt
  const tail = createOutputTail()
  job.audit.append('command', { phase, argv: command.argv, env: Object.keys(command.env) })
  const result = await sandbox.exec({
    ...exec,
    signal: silence === undefined ? given : AbortSignal.any([given, silence.signal]),
    onOutput(chunk, stream) {
      silence?.noticed()
      tail.push(chunk)
      onOutput?.(chunk, stream)
    },
  })
  job.facts.lastOutput = job.redactor.text(tail.text())
  recordProcesses(job, phase, result)
  const { ended, exitCode, signal, durationMs, outputBytes } = result
  job.audit.append('command', { phase, ended, exitCode, signal, durationMs, outputBytes })
  const stalled = ended === 'cancelled' && silence?.signal.aborted === true && !given.aborted
  const outcome = stalled ? end('failed', 'agent-stalled', `after ${durationMs} ms`).end : outcomeOfEnd(result, phase)
  return { exitCode, outcome }
}

/** What the kernel saw of it. */
function recordProcesses(job: Job, phase: Phase, result: ExecResult): void {
  for (const event of result.processes) {
    if (job.facts.processes.length < maxProcessEvents) job.facts.processes.push({ phase, event })
    job.audit.append('process', { phase, ...event })
  }
  const devices = result.devices ?? null
  job.facts.networks.push({ phase, devices: devices && [devices], bytesOut: 0, bytesIn: 0 })
  job.audit.append('network', { phase, devices })
  if (result.processesTruncated) job.audit.append('process', { phase, truncated: true })
}

function outcomeOfEnd(result: ExecResult, phase: Phase): Outcome | null {
  switch (result.ended) {
    case 'exited':
      return null
    case 'wall-time':
      return end('failed', phase === 'setup' ? 'setup-timeout' : 'agent-timeout', `after ${result.durationMs} ms`).end
    case 'output':
      return end('failed', 'output-limit', `after ${result.outputBytes} bytes of output in ${phase}`).end
    case 'disk':
      return end('failed', 'disk-limit', `in ${phase}`).end
    case 'memory':
      return end('failed', 'memory-limit', `in ${phase}`).end
    case 'processes':
      return end('failed', 'process-limit', `in ${phase}`).end
    case 'cancelled':
      return end('cancelled', 'shutdown').end
  }
}
