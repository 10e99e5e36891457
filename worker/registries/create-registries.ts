import { keyOfPackage, type PackageVersion } from '../contract/index.ts'
import type { PackageRegistries, RegistryAnswer } from '../pipeline/ports/index.ts'
import type { AnswerCache } from './answer-cache.ts'
import { createHttpReader, type Reader, RegistryError } from './http-reader.ts'
import { ShapeError } from './registry.ts'
import type { KnownRegistries } from './registry-places.ts'

/** How much one change may make this host ask. */
export interface AskLimits {
  readonly packages: number
  /** Names that an agent makes up carry its words out: after so many that no registry knows, nobody is asked further. */
  readonly misses: number
  readonly concurrency: number
  readonly totalMs: number
}

const defaultLimits: AskLimits = { packages: 3000, misses: 20, concurrency: 8, totalMs: 90_000 }

export interface RegistriesOptions {
  /** Found out when there is something to ask. */
  readonly registries: () => Promise<KnownRegistries>
  /** Null: nothing is kept. */
  readonly cache: AnswerCache | null
  readonly limits?: AskLimits
}

export function createRegistries({ registries, cache, limits = defaultLimits }: RegistriesOptions): PackageRegistries {
  return {
    async ask(packages, signal) {
      const answers = new Map<string, RegistryAnswer>()
      if (packages.length === 0) return answers
      const asked = packages.slice(0, limits.packages)
      for (const one of packages.slice(limits.packages)) {
        answers.set(keyOfPackage(one), unknown(`no more than ${limits.packages} packages of one change are asked for`))
      }
      const known = await registries()
      const inTime = AbortSignal.timeout(limits.totalMs)
      const reader = createHttpReader(AbortSignal.any([signal, inTime]))
      const queue = asked.values()
      let misses = 0
      const work = async () => {
        for (const one of queue) {
          const answer =
            misses >= limits.misses
              ? unknown('too many packages of this change are none that a registry told of, so no more were asked for')
              : await askOne(one, known, reader, cache, inTime)
          signal.throwIfAborted()
          if (answer.kind !== 'found' && known[one.ecosystem] !== null) misses += 1
          answers.set(keyOfPackage(one), answer)
        }
      }
      await Promise.all(Array.from({ length: limits.concurrency }, work))
      return answers
    },
  }
}

async function askOne(
  one: PackageVersion,
  known: KnownRegistries,
  reader: Reader,
  cache: AnswerCache | null,
  inTime: AbortSignal,
): Promise<RegistryAnswer> {
  const place = known[one.ecosystem]
  if (place === null) return unknown('this host has no registry for it configured')
  const key = `${place.id} ${keyOfPackage(one)}`
  const kept = await cache?.read(key)
  if (kept) return kept
  if (inTime.aborted) return unknown('there was no time left to ask for it')
  try {
    const answer = await place.registry.ask(one, reader)
    if (answer.kind === 'found' && answer.license.kind !== 'none' && answer.content !== 'other')
      await cache?.write(key, answer)
    return answer
  } catch (error) {
    if (error instanceof RegistryError) return unknown(error.message)
    if (error instanceof ShapeError) return unknown('its registry answers in a way that is not known')
    if (inTime.aborted) return unknown('there was no time left to ask for it')
    throw error
  }
}

function unknown(why: string): RegistryAnswer {
  return { kind: 'unknown', why }
}
