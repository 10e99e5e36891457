import { RequestError } from '@octokit/request-error'
import { describe, expect, it } from 'vitest'
import { mapGitHubError, statusOf } from '../../worker/github/map-github-error.ts'

const request = { method: 'GET', url: 'https://ghe.example.com/api/v3/repos/o/r?access_token=x', headers: {} } as const

function answer(status: number, headers: Record<string, string> = {}, documentation_url?: string): RequestError {
  const data = { message: 'You have exceeded a secondary rate limit.', documentation_url }
  return new RequestError('no', status, { request, response: { status, url: request.url, headers, data } })
}
const explained = (status: number, page: string) => answer(status, {}, `https://docs.github.com/${page}`)

describe("GitHub's answers", () => {
  it.each([
    ['401', answer(401), { code: 'denied', retryable: false }],
    ['403', answer(403), { code: 'denied', retryable: false }],
    ['404', answer(404), { code: 'denied', retryable: false }],
    ['422', answer(422), { code: 'rejected', retryable: false }],
    ['500', answer(500), { code: 'unavailable', retryable: true, retryAfterMs: null }],
    ['503 with a time', answer(503, { 'retry-after': '2' }), { code: 'unavailable', retryAfterMs: 2000 }],
    ['no answer', new RequestError('socket hang up', 500, { request }), { code: 'unavailable', retryable: true }],
    ['403 with a time', answer(403, { 'retry-after': '60' }), { code: 'rate-limited', retryAfterMs: 60_000 }],
    [
      '403 with nothing left',
      answer(403, { 'x-ratelimit-remaining': '0' }),
      { code: 'rate-limited', retryAfterMs: 60_000 },
    ],
    ...[
      'rest/overview/resources-in-the-rest-api#secondary-rate-limits',
      'en/free-pro-team@latest/rest/overview/resources-in-the-rest-api#abuse-rate-limits',
      'enterprise-server@3.19/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits',
      'rest/overview/resources-in-the-rest-api#rate-limiting',
    ].map((page): [string, RequestError, object] => [
      `403 explained by ${page}`,
      explained(403, page),
      { code: 'rate-limited', retryAfterMs: 60_000 },
    ]),
    [
      '403 explained by what asks for the limits',
      explained(403, 'rest/rate-limit/rate-limit#get-rate-limit-status'),
      { code: 'denied', retryable: false },
    ],
    ['403 explained by a permission', explained(403, 'rest/issues/comments#create'), { code: 'denied' }],
    ['404 explained by limits', explained(404, 'rest#rate-limiting'), { code: 'denied' }],
    ['429', answer(429), { code: 'rate-limited', retryAfterMs: 60_000 }],
  ])('%s', (_what, error, expected) => {
    expect(mapGitHubError(error)).toMatchObject({ name: 'HandoffError', ...expected })
  })

  it('waits until the limit is lifted', () => {
    const reset = `${Math.floor(Date.now() / 1000) + 100}`

    const mapped = mapGitHubError(answer(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }))

    expect(mapped).toMatchObject({ code: 'rate-limited', retryAfterMs: expect.closeTo(100_000, -4) })
  })

  it('leaves a bug a bug', () => {
    const bug = new TypeError('x is undefined')

    expect(mapGitHubError(bug)).toBe(bug)
  })

  it('says which path it was about, without its query', () => {
    expect(String(mapGitHubError(answer(404)))).toMatch(/GET \/api\/v3\/repos\/o\/r$/)
  })

  it('tells a real 500 from no answer', () => {
    expect([statusOf(answer(500)), statusOf(new RequestError('gone', 500, { request }))]).toEqual([500, null])
  })
})
