import {
  type AcceptedWeaker,
  digestOf,
  type Isolation,
  isolationClasses,
  type Policy,
} from '../../../worker/contract/index.ts'
import { mapDevcontainerImage } from '../devcontainer-image.ts'
import { least } from '../narrow.ts'
import type { ParsedPolicy, PolicyProblem } from '../parse-policy.ts'
import { parseSize } from '../parse-size.ts'
import type { PolicyFile } from '../policy-schema.ts'
import type { RepositoryTraits } from '../rules/fits-condition.ts'
import { leastIsolation } from './least-isolation.ts'
import { matchesName } from './match-name.ts'
import type { OperatorPolicy } from './operator-policy.ts'
import type { OperatorFile } from './operator-schema.ts'

/** Without an image of its own, a class that shares nothing with the host's system starts from this one. */
const firstImage = 'base'

export interface Bounded {
  readonly policy: Policy
  readonly problems: readonly PolicyProblem[]
}

/**
 * What the operator makes of a resolved policy: limits are cut, isolation is raised to the least for this repository,
 * and a profile, image or agent that is not allowed is named with the line that asks for it.
 */
export function boundPolicy(
  policy: Policy,
  levels: readonly ParsedPolicy[],
  operator: OperatorPolicy,
  traits: RepositoryTraits,
): Bounded {
  const { file } = operator
  const isolation = stricter(policy.isolation, leastIsolation(file.isolation, traits))
  const fallback = isolation === 'process' ? policy.image : firstImage
  const image = mapDevcontainerImage(operator, traits.devcontainerImage) ?? orFirst(fallback, file.images)
  const acceptedWeaker = acceptedFor(file['accept-weaker'], isolation, traits)
  const bounded: Policy = {
    ...policy,
    isolation,
    limits: cut(policy.limits, file.maximum),
    silenceMs: Math.min(policy.silenceMs ?? Number.POSITIVE_INFINITY, toMs(file.maximum['silence-minutes'])),
    image: isSet(levels, 'image') ? policy.image : image,
    agent: isSet(levels, 'agent') ? policy.agent : orFirst(policy.agent, both(policy.agents, file.agents)),
    ...(acceptedWeaker === null ? {} : { acceptedWeaker }),
  }
  const problems = [
    ...notAllowed(operator, levels, 'profile', bounded.profile, file.profiles),
    ...notAllowed(operator, levels, 'image', bounded.image, file.images),
    ...notAllowed(operator, levels, 'agent', bounded.agent, file.agents),
  ]
  return { policy: bounded, problems }
}

function stricter(a: Isolation, b: Isolation): Isolation {
  return isolationClasses.indexOf(a) > isolationClasses.indexOf(b) ? a : b
}

function cut(limits: Policy['limits'], maximum: OperatorFile['maximum']): Policy['limits'] {
  const tokens = least([limits.tokens, maximum.tokens])
  return {
    wallMs: Math.min(limits.wallMs, toMs(maximum.minutes)),
    memoryBytes: Math.min(limits.memoryBytes, parseSize(maximum.memory)),
    cpus: Math.min(limits.cpus, maximum.cpus),
    pids: Math.min(limits.pids, maximum.pids),
    diskBytes: Math.min(limits.diskBytes, parseSize(maximum.disk)),
    outputBytes: Math.min(limits.outputBytes, parseSize(maximum.output)),
    costUsd: Math.min(limits.costUsd, maximum['cost-usd']),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function toMs(minutes: number): number {
  return Math.ceil(minutes * 60_000)
}

/** Only what is written for this very repository, and only where it is weaker than what is asked for. */
function acceptedFor(
  entries: OperatorFile['accept-weaker'],
  asked: Isolation,
  { fullName }: RepositoryTraits,
): AcceptedWeaker | null {
  const entry = entries.find(({ repository }) => matchesName(repository, fullName))
  if (entry === undefined || stricter(entry.isolation, asked) === entry.isolation) return null
  const { isolation, reason, until } = entry
  return { isolation, reason, ...(until === undefined ? {} : { until }), digest: digestOf(entry) }
}

function isSet(levels: readonly ParsedPolicy[], key: 'image' | 'agent'): boolean {
  return levels.some(({ file }) => file[key] !== undefined)
}

function both<T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined {
  return one === undefined || other === undefined ? (one ?? other) : one.filter((entry) => other.includes(entry))
}

function orFirst<T>(value: T, allowed: readonly T[] | undefined): T {
  return allowed === undefined || allowed.includes(value) ? value : (allowed[0] ?? value)
}

function notAllowed<Key extends keyof PolicyFile & ('profile' | 'image' | 'agent')>(
  operator: OperatorPolicy,
  levels: readonly ParsedPolicy[],
  key: Key,
  value: PolicyFile[Key],
  allowed: readonly PolicyFile[Key][] | undefined,
): PolicyProblem[] {
  if (value === undefined || allowed === undefined || allowed.includes(value)) return []
  const asking = levels.findLast(({ file }) => file[key] === value)
  const message = `${value} is not allowed by ${operator.name}, which allows ${allowed.join(', ')}`
  return [{ file: asking?.name ?? operator.name, path: key, line: asking?.lineOf([key]) ?? null, message }]
}
