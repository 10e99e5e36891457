import { GitHubError } from '../intake/github-error.ts'
import { mapGitHubError } from './map-github-error.ts'

/** The one thing that is used of an octokit, so that any will do. What comes back is parsed by whoever asked. */
export interface Requester {
  request(route: string, parameters: Record<string, unknown>): Promise<{ readonly data: unknown }>
}

/** One token's way to GitHub. Methods throw GitHubError. */
export interface GitHubClient {
  call(route: string, parameters?: Record<string, unknown>): Promise<unknown>
  /** Null where GitHub says 404. */
  find(route: string, parameters?: Record<string, unknown>): Promise<unknown>
}

const requestMs = 20_000

/** Resolves when a request may be made: whoever has something more urgent to do lets it wait. */
export type WhenCalm = (signal: AbortSignal) => Promise<void>

/** Every request ends within 20 s from when it was let go, or with the signal. */
export function createGitHubClient(octokit: Requester, signal: AbortSignal, whenCalm?: WhenCalm): GitHubClient {
  async function call(route: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    try {
      await whenCalm?.(signal)
      const bounded = { signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]) }
      const { data } = await octokit.request(route, { ...parameters, request: bounded })
      return data
    } catch (error) {
      signal.throwIfAborted()
      throw mapGitHubError(error, route)
    }
  }

  return {
    call,
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
