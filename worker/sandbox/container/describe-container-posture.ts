import { type LimitPosture, type Posture, sealPosture } from '../../contract/index.ts'
import { holds, limitsThatFailed, watchedDisk } from '../posture/describe-posture.ts'
import type { ProbeResult } from '../posture/probe-result.ts'
import { sharesKernel } from './container-config.ts'
import type { EngineFacts } from './engine-facts.ts'

export interface ContainerPostureFacts {
  readonly engine: EngineFacts
  readonly runtime: string
  readonly kernel: string
  readonly probes: readonly ProbeResult[]
}

/** What an Engine enforces, from what it says of itself and what the probes saw. Pure. */
export function describeContainerPosture({ engine, runtime, kernel, probes }: ContainerPostureFacts): Posture {
  const limit = (can: boolean, otherwise: LimitPosture): LimitPosture =>
    can ? { level: 'complete', by: engine.cgroups } : otherwise
  const none: LimitPosture = { level: 'none', by: 'none' }
  const rlimit: LimitPosture = { level: 'best-effort', by: 'rlimit' }
  return sealPosture({
    isolation: 'container',
    engine: `${engine.kind} ${runtime}`.slice(0, 64),
    versions: { kernel, ...engine.versions },
    network: 'none',
    dns: 'none',
    hostReads: 'image',
    credentials: 'none',
    limits: {
      memory: holds({ probes }, 'memory') ? limit(engine.limits.memory, rlimit) : none,
      cpu: limit(engine.limits.cpu, none),
      pids: holds({ probes }, 'pids') ? limit(engine.limits.pids, rlimit) : none,
      disk: watchedDisk({ probes }),
      files: { level: 'best-effort', by: 'monitor' },
      wall: { level: 'complete', by: 'timer' },
      output: { level: 'complete', by: 'monitor' },
    },
    audit: { exec: 'none', connect: 'none', files: 'none' },
    degraded: [...degraded(engine, runtime), ...limitsThatFailed({ probes })],
  })
}

function degraded(engine: EngineFacts, runtime: string): string[] {
  const { memory, cpu, pids } = engine.limits
  const sentences: readonly (readonly [boolean, string])[] = [
    [sharesKernel(runtime), "The kernel is the host's: namespaces are no boundary between tenants who attack it."],
    [true, 'Process starts and connections are not recorded in this class.'],
    [!memory, 'Memory is limited per process: the Engine cannot limit it as a whole here.'],
    [!cpu, 'Processor time is not limited: the Engine cannot limit it here.'],
    [!pids, 'The number of processes is limited by rlimit: the Engine cannot limit it here.'],
  ]
  return sentences.flatMap(([applies, sentence]) => (applies ? [sentence] : []))
}
