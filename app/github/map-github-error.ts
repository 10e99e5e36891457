import { z } from 'zod'
import { limitMs, namedWaitMs } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'

/** What octokit throws, by its facts: several copies of its error class may be installed. */
const requestErrorSchema = z.object({
  status: z.int(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
})

/** GitHub's refusal as an error of ours, decided by status, headers and fields; anything else is a bug and stays one. */
export function mapGitHubError(error: unknown, what: string): unknown {
  const parsed = requestErrorSchema.safeParse(error)
  if (!parsed.success) return error
  const { status, response } = parsed.data
  const headers = response?.headers ?? {}
  const message = `${what}: GitHub answered ${response === undefined ? 'nothing' : status}`
  const limited = limitMs({ status, headers, body: response?.data })
  if (limited !== null) return new GitHubError('rate-limited', message, { cause: error, retryAfterMs: limited })
  const options = { cause: error, retryAfterMs: namedWaitMs(headers) }
  // Octokit gives 500 to what had no answer at all.
  if (status >= 500) return new GitHubError('unavailable', message, options)
  if (status === 404 || status === 410) return new GitHubError('not-found', message, options)
  if (status === 401) return new GitHubError('unauthenticated', message, options)
  if (status === 403) return new GitHubError('denied', message, options)
  return new GitHubError('rejected', message, options)
}
