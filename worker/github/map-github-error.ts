import { RequestError } from '@octokit/request-error'
import { limitMs, namedWaitMs } from '../contract/index.ts'
import { HandoffError } from '../pipeline/ports/index.ts'

/** What GitHub's answer means for a job, by its status, headers and fields. What is not GitHub's stays what it is. */
export function mapGitHubError(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const { status, response } = error
  const headers = response?.headers ?? {}
  const limited = limitMs({ status, headers, body: response?.data })
  if (limited !== null)
    return new HandoffError('rate-limited', describe(error), { cause: error, retryAfterMs: limited })
  // Octokit gives 500 to what had no answer at all.
  if (status >= 500)
    return new HandoffError('unavailable', describe(error), { cause: error, retryAfterMs: namedWaitMs(headers) })
  const denied = status === 401 || status === 403 || status === 404 || status === 410
  return new HandoffError(denied ? 'denied' : 'rejected', describe(error), { cause: error })
}

/** GitHub's status behind an error of ours; null where GitHub did not answer. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof HandoffError ? error.cause : error
  return cause instanceof RequestError && cause.response !== undefined ? cause.status : null
}

/** For the log and the record. The path holds no secret; a body might quote what was sent. */
function describe(error: RequestError): string {
  const { method, url } = error.request
  return `GitHub answered ${error.response?.status ?? 'nothing'} to ${method} ${new URL(url).pathname}`
}
