import { setTimeout as sleep } from 'node:timers/promises'
import { type Pause, waitOut } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import { mapGitHubError } from './map-github-error.ts'

/** The one thing that is used of an octokit, so that any will do. What comes back is parsed by whoever asked. */
export interface Requester {
  request(
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<{ readonly data: unknown; readonly headers: { readonly link?: string | undefined } }>
}

/** One token's way to GitHub. Methods throw GitHubError. */
export interface GitHubClient {
  call(route: string, parameters?: Record<string, unknown>): Promise<unknown>
  /** Null where GitHub says 404. */
  find(route: string, parameters?: Record<string, unknown>): Promise<unknown>
}

export interface PagingClient extends GitHubClient {
  page(route: string, parameters: Record<string, unknown>): Promise<Page>
}

/** Of a list that has no page numbers. */
export interface Page {
  readonly data: unknown
  /** Where the next one begins; null: this is the last. */
  readonly cursor: string | null
}

const requestMs = 20_000

/** Resolves when a request may be made: whoever has something more urgent to do lets it wait. */
export type WhenCalm = (signal: AbortSignal) => Promise<void>

export interface ClientOptions {
  readonly whenCalm?: WhenCalm | undefined
  readonly pause?: Pause | undefined
  /** A request that was let go is not given up with the signal: what it makes must be received. */
  readonly finishes?: boolean
}

/** Every request ends within 20 s from when it was let go, or with the signal. */
export function createGitHubClient(
  octokit: Requester,
  signal: AbortSignal,
  { whenCalm, pause, finishes = false }: ClientOptions = {},
): PagingClient {
  /** Whoever is told to wait tells the others; what they would ask meanwhile would make the wait longer. */
  async function checkPause(route: string): Promise<void> {
    const retryAfterMs = pause === undefined ? 0 : await waitOut(pause, (ms) => sleep(ms, undefined, { signal }))
    if (retryAfterMs > 0) throw new GitHubError('rate-limited', `${route}: GitHub asked us to wait`, { retryAfterMs })
  }

  async function failure(error: unknown, route: string): Promise<unknown> {
    const mapped = mapGitHubError(error, route)
    const isLimit = mapped !== error && mapped instanceof GitHubError && mapped.code === 'rate-limited'
    if (isLimit) await pause?.note(mapped.retryAfterMs ?? 0)
    return mapped
  }

  async function page(route: string, parameters: Record<string, unknown>): Promise<Page> {
    try {
      await whenCalm?.(signal)
      await checkPause(route)
      const timeout = AbortSignal.timeout(requestMs)
      const bounded = { signal: finishes ? timeout : AbortSignal.any([signal, timeout]) }
      const { data, headers } = await octokit.request(route, { ...parameters, request: bounded })
      return { data, cursor: nextCursor(headers.link ?? '') }
    } catch (error) {
      signal.throwIfAborted()
      throw await failure(error, route)
    }
  }

  const call: GitHubClient['call'] = async (route, parameters = {}) => (await page(route, parameters)).data

  return {
    call,
    page,
    async find(route, parameters) {
      try {
        return await call(route, parameters)
      } catch (error) {
        if (error instanceof GitHubError && error.code === 'not-found') return null
        throw error
      }
    },
  }
}

/** `<https://…?cursor=…>; rel="next"` among others. */
function nextCursor(link: string): string | null {
  const next = link.split(',').find((part) => part.endsWith('; rel="next"'))
  const address = next === undefined ? null : URL.parse(next.trim().slice(1, next.trim().indexOf('>')))
  return address?.searchParams.get('cursor') ?? null
}
