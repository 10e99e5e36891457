import type { Reply } from './route.ts'

/** GitHub's bad days, on command. Each fault meets the next requests that it fits, then is used up. */

export interface StatusFault {
  readonly status: number
  /** With 403 or 429: answered as a rate limit, with `Retry-After` and `x-ratelimit-remaining: 0`. */
  readonly retryAfterSeconds?: number
  /** With 403 or 429: a secondary limit that names no time, which its body alone tells from any other refusal. */
  readonly limitWithoutTime?: true
  readonly times?: number
}

/** Both timeouts drop the connection without an answer. For git both drop it before anything is done. */
export type Fault = 'timeout-before' | 'timeout-after-effect' | StatusFault

export interface Matcher {
  readonly method?: string
  /** A route's template, a whole path below the API root, a git path with its repository, or a pattern for any of them. */
  readonly path: string | RegExp
}

/** A request that waits for the test. */
export interface Held {
  /** Resolves when the request has come. */
  readonly reached: Promise<void>
  release(): void
}

interface Faultable {
  readonly method: string
  readonly path: string
  readonly template: string | undefined
}

export interface Faults {
  failNext(matcher: Matcher, fault: Fault): void
  /** Holds the next such request: before anything is done, or when it is done and not answered yet. */
  hold(matcher: Matcher, when: 'before' | 'after-effect'): Held
  take(request: Faultable): Fault | undefined
  /** Waits as long as the test holds this request at this point. */
  pause(request: Faultable, when: 'before' | 'after-effect'): Promise<void>
  /** Faults that no request has met. */
  readonly unused: readonly Fault[]
  releaseAll(): void
}

interface Planned {
  readonly matcher: Matcher
  readonly fault: Fault
  left: number
}

interface Hold extends Held {
  readonly matcher: Matcher
  readonly when: 'before' | 'after-effect'
  readonly arrive: () => void
  readonly released: Promise<void>
  taken: boolean
}

export function createFaults(): Faults {
  const planned: Planned[] = []
  const holds: Hold[] = []
  return {
    failNext(matcher, fault) {
      planned.push({ matcher, fault, left: typeof fault === 'string' ? 1 : (fault.times ?? 1) })
    },
    hold(matcher, when) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      const hold = {
        matcher,
        when,
        taken: false,
        reached: reached.promise,
        arrive: reached.resolve,
        released: released.promise,
        release: released.resolve,
      }
      holds.push(hold)
      return hold
    },
    take(request) {
      const plan = planned.find(({ matcher, left }) => left > 0 && fits(matcher, request))
      if (plan) plan.left -= 1
      return plan?.fault
    },
    async pause(request, when) {
      const hold = holds.find(
        (candidate) => !candidate.taken && candidate.when === when && fits(candidate.matcher, request),
      )
      if (!hold) return
      hold.taken = true
      hold.arrive()
      await hold.released
    },
    get unused() {
      return planned.filter(({ left }) => left > 0).map(({ fault }) => fault)
    },
    releaseAll() {
      for (const hold of holds) hold.release()
    },
  }
}

function fits(matcher: Matcher, { method, path, template }: Faultable): boolean {
  if (matcher.method !== undefined && matcher.method !== method) return false
  return typeof matcher.path === 'string' ? matcher.path === path || matcher.path === template : matcher.path.test(path)
}

const secondaryLimit = {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  documentation_url:
    'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits',
}

export function faultReply({ status, retryAfterSeconds, limitWithoutTime }: StatusFault): Reply {
  if (limitWithoutTime) return { status, body: secondaryLimit }
  if (retryAfterSeconds === undefined) {
    return { status, body: { message: status === 401 ? 'Bad credentials' : 'Server Error' } }
  }
  const reset = Math.ceil(Date.now() / 1000 + retryAfterSeconds)
  const headers = {
    'retry-after': String(retryAfterSeconds),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(reset),
  }
  return { status, headers, body: { message: 'API rate limit exceeded for installation.' } }
}
