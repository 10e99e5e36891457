import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Pause } from '../../worker/contract/index.ts'
import { createBotLogin } from '../../worker/github/app-identity.ts'
import { createGrantedPermissions } from '../../worker/github/granted-permissions.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { openRepositorySession } from '../../worker/github/repository-session.ts'
import { createMemoryVault } from './memory-vault.ts'
import { app, createLog, type MockGitHub, mockGitHub, never, repo, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

const contents = { contents: 'read' } as const
/** As Redis has it, for two workers. */
function createPauses() {
  const waits = new Map<number | 'app', number>()
  return (whose: number | 'app'): Pause => ({
    left: async () => waits.get(whose) ?? 0,
    note: async (ms) => void waits.set(whose, ms),
  })
}

const open = (pauses: ReturnType<typeof createPauses>, installationId = 11) => {
  const tokens = createInstallationTokens({ ...app, vault: createMemoryVault(), log: createLog(), pauses })
  return openRepositorySession(tokens, requestOf({ installationId }), contents, never)
}
const ask = async (session: ReturnType<typeof open>) =>
  session.once((octokit) => octokit.rest.repos.get({ owner: 'octo', repo: 'hello' }))

describe('a limit of GitHub’s', () => {
  it.each([
    ['a secondary one', 403, { 'retry-after': '90' }, 90_000],
    ['a secondary one that names no time', 429, {}, 60_000],
  ])('%s keeps another worker from asking, until it is over', async (_what, status, headers, waitMs) => {
    const pauses = createPauses()
    github.expectToken(contents, 'ghs_1')
    github.api.get(repo).reply(status, {}, headers)

    await using one = open(pauses)
    await expect(ask(one)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: waitMs })
    await using other = open(pauses)
    // Nothing is expected of nock here: a request would fail the test.
    await expect(ask(other)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: waitMs, retryable: true })

    await pauses(11).note(0)
    github.expectToken(contents, 'ghs_2')
    github.api.get(repo).reply(200, {})
    expect((await ask(other)).status).toBe(200)
  })

  it('met where a token is asked for is told to the others too', async () => {
    const pauses = createPauses()
    github.api.post('/app/installations/11/access_tokens').reply(403, {}, { 'retry-after': '90' })

    await using one = open(pauses)
    await expect(ask(one)).rejects.toMatchObject({ code: 'rate-limited' })
    await using other = open(pauses)

    await expect(ask(other)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 90_000 })
  })

  it('of what is asked as the App itself is kept by all of them, who ask for no token meanwhile', async () => {
    const pauses = createPauses()
    github.api.get('/app').reply(429, {}, { 'retry-after': '90' })
    const limited = { code: 'rate-limited', retryAfterMs: 90_000 }

    await expect(createBotLogin({ ...app, pauses })()).rejects.toMatchObject(limited)
    // Nothing more is expected of nock here: a request would fail the test.
    await expect(createBotLogin({ ...app, pauses })()).rejects.toMatchObject(limited)
    await expect(createGrantedPermissions({ ...app, pauses })(11, never)).rejects.toMatchObject(limited)
    await using other = open(pauses)
    await expect(ask(other)).rejects.toMatchObject(limited)
  })

  it('lets no token live: it is revoked meanwhile, and what GitHub says to that is told', async () => {
    const pauses = createPauses()
    github.api.post('/app/installations/11/access_tokens').reply(201, { token: 'ghs_1', repositories: [{ id: 7 }] })
    github.api.get(repo).reply(403, {}, { 'retry-after': '90' })
    github.api.delete('/installation/token').reply(429, {}, { 'retry-after': '120' })
    github.api.delete('/installation/token').reply(204)

    {
      await using session = open(pauses)
      await expect(ask(session)).rejects.toMatchObject({ code: 'rate-limited' })
    }

    expect(await pauses(11).left()).toBe(120_000)
  })

  it('of a moment is waited out, and is no try that failed', async () => {
    const pauses = createPauses()
    const waited: number[] = []
    const passing = (whose: number | 'app'): Pause => ({
      ...pauses(whose),
      async left() {
        const left = await pauses(whose).left()
        if (whose !== 'app') waited.push(left)
        await pauses(whose).note(0)
        return left
      },
    })
    github.expectToken(contents, 'ghs_1')
    github.api.get(repo).reply(200, {})
    await pauses(11).note(20)

    await using one = open(passing)

    expect((await ask(one)).status).toBe(200)
    // Once for the token, once for what it is used for.
    expect(waited).toEqual([20, 0, 0])
  })

  it('is no other installation’s, and a refusal for another reason is none', async () => {
    const pauses = createPauses()
    github.expectToken(contents, 'ghs_1')
    github.api.get(repo).reply(403, {})

    await using one = open(pauses)
    await expect(ask(one)).rejects.toMatchObject({ code: 'denied' })

    expect(await pauses(11).left()).toBe(0)
    await pauses(12).note(60_000)
    github.api.get(repo).reply(200, {})
    expect((await ask(one)).status).toBe(200)
  })
})
