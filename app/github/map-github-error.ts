import { z } from 'zod'
import { GitHubError } from '../intake/github-error.ts'

/** What octokit throws, by its facts: several copies of its error class may be installed. */
const requestErrorSchema = z.object({
  status: z.int(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
})

/** GitHub's refusal as an error of ours, decided by status and headers alone; anything else is a bug and stays one. */
export function mapGitHubError(error: unknown, what: string): unknown {
  const parsed = requestErrorSchema.safeParse(error)
  if (!parsed.success) return error
  const { status, response } = parsed.data
  const headers = response?.headers ?? {}
  const message = `${what}: GitHub answered ${response === undefined ? 'nothing' : status}`
  const options = { cause: error, retryAfterMs: waitOf(headers) }
  if (status === 429 || (status === 403 && isRateLimit(headers)))
    return new GitHubError('rate-limited', message, options)
  // Octokit gives 500 to what had no answer at all.
  if (status >= 500) return new GitHubError('unavailable', message, options)
  if (status === 404 || status === 410) return new GitHubError('not-found', message, options)
  if (status === 401) return new GitHubError('unauthenticated', message, options)
  if (status === 403) return new GitHubError('denied', message, options)
  return new GitHubError('rejected', message, options)
}

function isRateLimit(headers: Record<string, unknown>): boolean {
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'
}

function waitOf(headers: Record<string, unknown>): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(seconds)) return Math.max(seconds, 0) * 1000
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  const exhausted = headers['x-ratelimit-remaining'] === '0'
  return exhausted && Number.isFinite(reset) ? Math.max(reset * 1000 - Date.now(), 0) : null
}
