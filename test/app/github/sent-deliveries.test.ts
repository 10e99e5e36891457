import nock from 'nock'
import { describe, expect, it } from 'vitest'
import { createSentDeliveries } from '../../../app/github/sent-deliveries.ts'
import { GitHubError } from '../../../app/intake/github-error.ts'
import { canAsk } from '../../../app/webhooks/parse-trigger-event.ts'
import { createClient, mockGitHub, origin } from './api.ts'

mockGitHub()

const signal = new AbortController().signal
const path = '/app/hook/deliveries'
const sent = createSentDeliveries({ asApp: createClient }, canAsk)
const listed = (id: number, delivered_at: string, more = {}) => ({
  ...{ id, guid: `guid-${id}`, delivered_at, redelivery: false, duration: 0.1, status: 'OK', status_code: 202 },
  ...{ event: 'issues', action: 'labeled', installation_id: 1, repository_id: 2, ...more },
})
const next = (cursor: string) => ({ link: `<${origin}${path}?per_page=100&cursor=${cursor}>; rel="next"` })

describe('the list of what GitHub sent', () => {
  it('is followed by its cursor until what is older than was asked for', async () => {
    const [third, second, first] = [
      listed(3, '2026-11-29T12:00:03Z'),
      listed(2, '2026-11-29T12:00:02Z'),
      listed(1, '2026-11-29T12:00:01Z'),
    ]
    nock(origin).get(path).query({ per_page: 100 }).reply(200, [third], next('v1_3'))
    nock(origin).get(path).query({ per_page: 100, cursor: 'v1_3' }).reply(200, [second, first], next('v1_1'))

    const found = await sent.since(Date.parse('2026-11-29T12:00:02Z'), signal)

    expect(found.map(({ id, guid, deliveredAt }) => [id, guid, deliveredAt])).toEqual([
      [3, 'guid-3', '2026-11-29T12:00:03.000Z'],
      [2, 'guid-2', '2026-11-29T12:00:02.000Z'],
    ])
  })

  it('ends where GitHub has no more, and says which can have asked for something', async () => {
    const time = '2026-11-29T12:00:00Z'
    const events = [
      listed(4, time),
      listed(3, time, { event: 'issue_comment', action: 'created', status_code: 0 }),
      listed(2, time, { action: 'edited' }),
      listed(1, time, { event: 'ping', action: null }),
    ]
    nock(origin).get(path).query({ per_page: 100 }).reply(200, events)

    const found = await sent.since(0, signal)

    expect(found.map(({ statusCode, wanted }) => [statusCode, wanted])).toEqual([
      [202, true],
      [0, true],
      [202, false],
      [202, false],
    ])
  })

  it('goes on for a hundred pages at most', async () => {
    const time = '2026-11-29T12:00:00Z'
    nock(origin)
      .get(path)
      .query(true)
      .times(100)
      .reply(200, [listed(1, time)], next('round'))

    expect(await sent.since(0, signal)).toHaveLength(100)
  })
})

describe('asking for a delivery again', () => {
  it('names the attempt', async () => {
    nock(origin).post(`${path}/7/attempts`).reply(202, {})

    await expect(sent.again(7, signal)).resolves.toBeUndefined()
  })

  it('says when GitHub has it no longer', async () => {
    nock(origin).post(`${path}/7/attempts`).reply(404)

    await expect(sent.again(7, signal)).rejects.toBeInstanceOf(GitHubError)
  })
})
