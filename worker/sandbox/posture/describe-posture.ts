import { type Level, type LimitPosture, type Posture, sealPosture } from '../../contract/index.ts'
import type { CgroupPlace, Controller } from '../cgroup/parse-cgroup-mounts.ts'
import type { Recorded } from './probe-record.ts'
import { limitProbes, type ProbeResult } from './probe-result.ts'

export interface PostureFacts {
  readonly places: readonly CgroupPlace[]
  /** What came into the record when it was tried; null: nothing keeps one. */
  readonly recorded: Recorded | null
  readonly versions: Readonly<Record<string, string>>
  readonly probes: readonly ProbeResult[]
  readonly hostReads: Posture['hostReads']
}

/** What a host of class `process` enforces, from what was found and what the probes saw. Pure. */
export function describePosture(facts: PostureFacts): Posture {
  return sealPosture({
    isolation: 'process',
    engine: 'bubblewrap',
    versions: { ...facts.versions },
    network: 'none',
    dns: 'none',
    hostReads: facts.hostReads,
    credentials: 'none',
    limits: {
      memory: limit(facts, 'memory', { level: 'best-effort', by: 'rlimit' }),
      cpu: limit(facts, 'cpu', { level: 'none', by: 'none' }),
      pids: limit(facts, 'pids', { level: 'best-effort', by: 'rlimit' }),
      disk: watchedDisk(facts),
      files: { level: 'best-effort', by: 'monitor' },
      wall: { level: 'complete', by: 'timer' },
      output: { level: 'complete', by: 'monitor' },
    },
    audit: { exec: audit(facts, 'exec'), connect: audit(facts, 'connect'), files: 'none' },
    degraded: degraded(facts),
  })
}

const audit = ({ recorded }: PostureFacts, kind: keyof Recorded): Level => (recorded?.[kind] ? 'complete' : 'none')

type LimitFacts = Pick<PostureFacts, 'places' | 'probes'>

/** A limit that a control group holds if it can be had, and if it held when it was tried. */
export function limit(facts: LimitFacts, controller: Controller, otherwise: LimitPosture): LimitPosture {
  if (!holds(facts, controller)) return { level: 'none', by: 'none' }
  const place = facts.places.find((candidate) => candidate.controllers.includes(controller))
  return place === undefined ? otherwise : { level: 'complete', by: place.version }
}

/** Where nothing but a look now and then ends a command that holds too much. */
export const watchedDisk = (facts: Pick<PostureFacts, 'probes'>): LimitPosture =>
  holds(facts, 'disk') ? { level: 'best-effort', by: 'monitor' } : { level: 'none', by: 'none' }

export const holds = (facts: Pick<PostureFacts, 'probes'>, name: string) =>
  !facts.probes.some((probe) => probe.name === name && probe.outcome === 'open')

/** What to say of them, in every class. */
export const limitsThatFailed = (facts: Pick<PostureFacts, 'probes'>): string[] =>
  limitProbes
    .filter((name) => !holds(facts, name))
    .map((name) => `The limit on ${name} did not hold when it was tried.`)

function degraded(facts: PostureFacts): string[] {
  const controllers = new Set(facts.places.flatMap((place) => place.controllers))
  const sentences: readonly (readonly [boolean, string])[] = [
    [true, "The kernel is the host's: namespaces are no boundary between tenants who attack it."],
    [!controllers.has('memory'), 'Memory is limited per process and watched as a whole: no cgroup is writable here.'],
    [!controllers.has('cpu'), 'Processor time is not limited: no cgroup is writable here.'],
    [!controllers.has('pids'), 'The number of processes is limited by rlimit: no cgroup is writable here.'],
    [
      facts.recorded === null,
      'Process starts and connections are not recorded: strace is missing or may not trace here.',
    ],
    [facts.recorded?.exec === false, 'Process starts were not in the record when that was tried.'],
    [facts.recorded?.connect === false, 'Connections were not in the record when that was tried.'],
  ]
  return [...sentences.flatMap(([applies, sentence]) => (applies ? [sentence] : [])), ...limitsThatFailed(facts)]
}
