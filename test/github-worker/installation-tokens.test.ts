import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type MockGitHub, mockGitHub, never, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

const request = requestOf()
const secondaryLimit = {
  documentation_url: 'https://docs.github.com/rest/overview/resources-in-the-rest-api#secondary-rate-limits',
}
const mint = () => github.tokens.mint(request, { contents: 'read' }, never)
const grant = () => github.api.post('/app/installations/11/access_tokens')

describe('a token', () => {
  it('is for one repository, with the permissions that were asked for, and is revoked at its end', async () => {
    github.expectToken({ contents: 'read' })

    await using token = await mint()

    expect(token.value).toBe('ghs_1')
  })

  it('is never taken from a cache', async () => {
    github.expectToken({ contents: 'read' }, 'ghs_1')
    github.expectToken({ contents: 'read' }, 'ghs_2')

    await using first = await mint()
    await using second = await mint()

    expect([first.value, second.value]).toEqual(['ghs_1', 'ghs_2'])
  })

  it.each([
    ['more repositories', [{ id: 7 }, { id: 8 }]],
    ['another repository', [{ id: 8 }]],
  ])('for %s than asked is revoked and refused', async (_what, repositories) => {
    grant().reply(201, { token: 'ghs_wide', repositories })
    github.api.delete('/installation/token').matchHeader('authorization', 'token ghs_wide').reply(204)

    await expect(mint()).rejects.toMatchObject({ name: 'HandoffError', code: 'denied' })
  })

  it.each([
    ['a suspended installation', 403, {}, { code: 'suspended', retryable: false }],
    ['an installation that is gone', 404, {}, { code: 'suspended', retryable: false }],
    ['a repository out of reach', 422, {}, { code: 'suspended', retryable: false }],
    ['a wrong App key', 401, {}, { code: 'denied', retryable: false }],
    ['a rate limit', 403, { 'retry-after': '30' }, { code: 'rate-limited', retryAfterMs: 30_000 }],
    ['GitHub being away', 502, {}, { code: 'unavailable', retryable: true }],
    // No header says so: without a look at the body this would be taken for a suspension, and the job refused.
    ['a limit that its body alone names', 403, {}, { code: 'rate-limited', retryAfterMs: 60_000 }, secondaryLimit],
  ])('is not had from %s', async (_what, status, headers, expected, body: object = {}) => {
    grant().reply(status, body, headers)

    await expect(mint()).rejects.toMatchObject({ name: 'HandoffError', ...expected })
  })

  it('that cannot be revoked is tried three times and logged, without its value', async () => {
    grant().reply(201, { token: 'ghs_1', repositories: [{ id: 7 }] })
    github.api.delete('/installation/token').times(3).reply(500)
    const token = await mint()

    await token[Symbol.asyncDispose]()

    expect(github.log.lines).toHaveLength(1)
    expect(JSON.stringify(github.log.lines)).not.toContain('ghs_1')
    expect(github.vault.kept).toEqual(new Set([`${request.id} ghs_1`]))
  })

  it('that expired meanwhile needs no revoking', async () => {
    grant().reply(201, { token: 'ghs_1', repositories: [{ id: 7 }] })
    github.api.delete('/installation/token').reply(401)
    const token = await mint()

    await token[Symbol.asyncDispose]()

    expect(github.log.lines).toEqual([])
  })

  it('is known to the vault for as long as it lives', async () => {
    github.expectToken({ contents: 'read' })

    {
      await using _token = await mint()
      expect(github.vault.kept).toEqual(new Set([`${request.id} ghs_1`]))
    }

    expect(github.vault.kept).toEqual(new Set())
  })

  it('that the vault cannot take is revoked and not used', async () => {
    github.expectToken({ contents: 'read' })
    vi.spyOn(github.vault, 'keep').mockRejectedValueOnce(new Error('away'))

    await expect(mint()).rejects.toThrow('away')
  })

  it('whose attempt is given up while GitHub makes it is received all the same, and revoked', async () => {
    const giveUp = new AbortController()
    grant().reply(201, () => {
      giveUp.abort(new Error('given up'))
      return { token: 'ghs_late', repositories: [{ id: 7 }] }
    })
    github.api.delete('/installation/token').matchHeader('authorization', 'token ghs_late').reply(204)

    await expect(github.tokens.mint(request, { contents: 'read' }, giveUp.signal)).rejects.toThrow('given up')
    await expect(github.tokens.mint(request, { contents: 'read' }, giveUp.signal)).rejects.toThrow('given up')

    expect(await github.vault.left(request.id)).toEqual([])
  })

  it('of an attempt that was killed is revoked by the next one, and those of other jobs are not', async () => {
    await github.vault.keep(request.id, 'ghs_left')
    await github.vault.keep('another', 'ghs_other')
    github.api.delete('/installation/token').matchHeader('authorization', 'token ghs_left').reply(204)

    await github.tokens.revokeLeft(request.id)

    expect(github.vault.kept).toEqual(new Set(['another ghs_other']))
  })
})
