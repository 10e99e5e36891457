import { RequestError } from '@octokit/request-error'
import { HandoffError } from '../pipeline/ports/index.ts'

/** A secondary rate limit that names no time: GitHub asks for at least a minute. */
const unnamedWaitMs = 60_000

/** What GitHub's answer means for a job, by its status and headers alone. What is not GitHub's stays what it is. */
export function mapGitHubError(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const retryAfterMs = waitOf(error)
  if (error.status === 429 || (error.status === 403 && retryAfterMs !== null)) {
    return new HandoffError('rate-limited', describe(error), {
      cause: error,
      retryAfterMs: retryAfterMs ?? unnamedWaitMs,
    })
  }
  // Octokit gives 500 to what had no answer at all.
  if (error.status >= 500) return new HandoffError('unavailable', describe(error), { cause: error, retryAfterMs })
  const denied = error.status === 401 || error.status === 403 || error.status === 404 || error.status === 410
  return new HandoffError(denied ? 'denied' : 'rejected', describe(error), { cause: error })
}

/** GitHub's status behind an error of ours; null where GitHub did not answer. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof HandoffError ? error.cause : error
  return cause instanceof RequestError && cause.response !== undefined ? cause.status : null
}

function waitOf({ response }: RequestError): number | null {
  const seconds = Number(response?.headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(seconds)) return Math.max(seconds, 0) * 1000
  if (response?.headers['x-ratelimit-remaining'] !== '0') return null
  const reset = Number(response.headers['x-ratelimit-reset'] ?? Number.NaN)
  return Number.isFinite(reset) ? Math.max(reset * 1000 - Date.now(), 0) : unnamedWaitMs
}

/** For the log and the record. The path holds no secret; a body might quote what was sent. */
function describe(error: RequestError): string {
  const { method, url } = error.request
  return `GitHub answered ${error.response?.status ?? 'nothing'} to ${method} ${new URL(url).pathname}`
}
