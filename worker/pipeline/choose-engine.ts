import { type Isolation, isolationClasses, type JobReport, type Policy, type Posture } from '../contract/index.ts'
import { hostImage, type Images, type SandboxEngine, SandboxError } from './ports/index.ts'

/** The engine that runs a job. */
export interface Choice {
  readonly engine: SandboxEngine
  readonly posture: Posture
  readonly imageDigest: string
  /** Set where it is weaker than what was asked for, because the operator accepts that. */
  readonly weaker: JobReport['acceptedWeaker']
}

/** None can be had: what was asked for, what is missing of it, and how to get it. */
export interface NoChoice {
  readonly why: string
}

interface Places {
  readonly engines: readonly SandboxEngine[]
  readonly images: Images
}

/**
 * The weakest engine that is at least what the policy asks for, that this host has, and that has the image. Where
 * there is none, the strongest of what the operator accepts for this repository; a weaker one is never taken else, and not on
 * a day after the last that the operator wrote. `now` is in milliseconds since the epoch.
 */
export async function chooseEngine(places: Places, asked: Policy, now: number): Promise<Choice | NoChoice> {
  const { policy, over } = withoutPast(asked, now)
  const missing: string[] = []
  for (const engine of candidates(places.engines, policy)) {
    const found = await lookAt(engine, places.images, policy.image)
    if (typeof found !== 'string') return { engine, ...found, weaker: weakerThanAsked(engine, policy) }
    missing.push(`${engine.isolation}: ${found}`)
  }
  const why = refusal(places.engines, policy, missing)
  return { why: over === null ? why : `${why}; ${over}` }
}

/** The policy as it is on this day: what was accepted until an earlier one is accepted no longer. */
function withoutPast(policy: Policy, now: number): { readonly policy: Policy; readonly over: string | null } {
  const { acceptedWeaker, ...rest } = policy
  const today = new Date(now).toISOString().slice(0, 10)
  if (acceptedWeaker?.until === undefined || acceptedWeaker.until >= today) return { policy, over: null }
  const { isolation, until } = acceptedWeaker
  return { policy: rest, over: `the operator accepted ${isolation} here until ${until}, which is over` }
}

/** In the order in which they are tried. */
function candidates(engines: readonly SandboxEngine[], policy: Policy): readonly SandboxEngine[] {
  const asked = rank(policy.isolation)
  const accepted = policy.acceptedWeaker === undefined ? asked : rank(policy.acceptedWeaker.isolation)
  const byStrength = engines.toSorted((a, b) => rank(a.isolation) - rank(b.isolation))
  const sufficient = byStrength.filter((engine) => rank(engine.isolation) >= asked)
  const weaker = byStrength.filter(({ isolation }) => rank(isolation) < asked && rank(isolation) >= accepted)
  return [...sufficient, ...weaker.reverse()]
}

function rank(isolation: Isolation): number {
  return isolationClasses.indexOf(isolation)
}

/** What it offers, or what is missing of it. */
async function lookAt(engine: SandboxEngine, images: Images, image: string) {
  const imageDigest = image === hostImage ? await images.hostDigest() : await images.digestOf(image)
  if (imageDigest === null) return `there is no image ${image} on this machine: ${images.toGet(image)}`
  if (image === hostImage && engine.isolation !== 'process') {
    return `it has no image host: write image: base in the policy; ${images.toGet('base')}`
  }
  try {
    return { posture: await engine.posture(image), imageDigest }
  } catch (error) {
    if (error instanceof SandboxError && !error.retryable) return error.message
    throw error
  }
}

function weakerThanAsked({ isolation }: SandboxEngine, { isolation: asked, acceptedWeaker }: Policy): Choice['weaker'] {
  if (acceptedWeaker === undefined || rank(isolation) >= rank(asked)) return undefined
  return { ...acceptedWeaker, asked, ran: isolation }
}

function refusal(engines: readonly SandboxEngine[], { isolation }: Policy, missing: readonly string[]): string {
  const asked = `at least ${isolation} is asked for`
  if (missing.length > 0) return `${asked}; ${missing.join('; ')}`
  const present = engines.map((engine) => engine.isolation).join(', ')
  return `${asked}, and this worker has ${present || 'none'}: the operator can add it to AIRLOCK_ENGINES`
}
