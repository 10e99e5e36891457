import { type Level, type Posture, sealPosture } from '../../contract/index.ts'
import { holds, limit, limitsThatFailed, type PostureFacts, watchedDisk } from '../posture/describe-posture.ts'
import type { ToolFacts } from './probe-tools.ts'

export interface GvisorFacts extends Pick<PostureFacts, 'places' | 'probes' | 'versions'> {
  readonly tools: ToolFacts
  readonly workerIsRoot: boolean
}

/** What a host of class `gvisor` enforces, from what was found and what the probes saw. Pure. */
export function describeGvisorPosture(facts: GvisorFacts): Posture {
  return sealPosture({
    isolation: 'gvisor',
    engine: 'runsc',
    versions: { ...facts.versions },
    network: 'none',
    dns: 'none',
    hostReads: 'image',
    credentials: 'none',
    limits: {
      memory: limit(facts, 'memory', { level: 'best-effort', by: 'rlimit' }),
      cpu: limit(facts, 'cpu', { level: 'none', by: 'none' }),
      pids: holds(facts, 'pids') ? { level: 'complete', by: 'rlimit' } : { level: 'none', by: 'none' },
      disk: watchedDisk(facts),
      files: { level: 'best-effort', by: 'monitor' },
      wall: { level: 'complete', by: 'timer' },
      output: { level: 'complete', by: 'monitor' },
    },
    audit: { ...auditLevels(facts.tools.recorded), files: 'none' },
    degraded: [...degraded(facts), ...limitsThatFailed(facts)],
  })
}

function auditLevels({ exec, inet, unix }: ToolFacts['recorded']): { exec: Level; connect: Level } {
  return { exec: exec ? 'complete' : 'none', connect: inet ? (unix ? 'complete' : 'best-effort') : 'none' }
}

function degraded({ tools, places, workerIsRoot }: GvisorFacts): string[] {
  const held = new Set(places.flatMap((place) => place.controllers))
  const broken = tools.broken.map(({ tool, complaint }) => `${tool} (${complaint})`).join('; ')
  const { exec, inet, unix } = tools.recorded
  const sentences: readonly (readonly [boolean, string])[] = [
    [tools.broken.length > 0, `This runsc breaks common tools, and another version may not: ${broken}.`],
    [!held.has('memory'), 'Memory is limited per process and watched as a whole: no cgroup is writable here.'],
    [!held.has('cpu'), 'Processor time is not limited: no cgroup is writable here.'],
    [!exec, 'Process starts are not recorded: this runsc writes them in a way that is not understood.'],
    [!inet, 'Connections are not recorded: this runsc writes them in a way that is not understood.'],
    [inet && !unix, 'Connections to unix sockets inside are not recorded: this runsc does not tell their paths.'],
    [!workerIsRoot, "Jobs have the worker's own user on the host: the worker is not root."],
  ]
  return sentences.flatMap(([applies, sentence]) => (applies ? [sentence] : []))
}
