import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import pino from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createGitHubApp, type GitHubApp } from '../../../app/github/create-github-app.ts'
import { createOrganisationPolicyReader } from '../../../app/github/organisation-policy.ts'
import { createSentDeliveries } from '../../../app/github/sent-deliveries.ts'
import type { PauseOf } from '../../../worker/contract/index.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { createMemoryVault } from '../../github-worker/memory-vault.ts'
import { mockGitHub, origin } from './api.ts'

mockGitHub()

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const signal = new AbortController().signal
const tokens = '/app/installations/99/access_tokens'
const signedIn = { reqheaders: { authorization: /^bearer [\w-]+\.[\w-]+\.[\w-]+$/i } }

async function createApp(baseUrl = origin, whenCalm = () => Promise.resolve()) {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })
  const vault = createMemoryVault()
  const app = createGitHubApp({ appId: 1, signJwt: createAppJwtSigner(pem), baseUrl, vault, log, whenCalm })
  return { app, lines, vault }
}

describe('the GitHub App', () => {
  it('knows under which login it comments, and asks once', async () => {
    nock(origin, signedIn).get('/app').reply(200, { slug: 'airlock' })
    const { app } = await createApp()

    expect([await app.botLogin(signal), await app.botLogin(signal)]).toEqual(['airlock[bot]', 'airlock[bot]'])
  })

  it('asks again when the first answer failed', async () => {
    nock(origin).get('/app').reply(503)
    nock(origin).get('/app').reply(200, { slug: 'airlock' })
    const { app } = await createApp()

    await expect(app.botLogin(signal)).rejects.toMatchObject({ retryable: true })
    expect(await app.botLogin(signal)).toBe('airlock[bot]')
  })

  it('proves who it is with the signer that it is given, on every request that needs it', async () => {
    const signJwt = vi.fn(createAppJwtSigner(pem))
    const log = pino({ level: 'silent' })
    const app = createGitHubApp({ appId: 1, signJwt, baseUrl: origin, vault: createMemoryVault(), log })
    for (const _turn of [1, 2]) {
      nock(origin, signedIn).post(tokens).reply(201, { token: 'ghs_minted' })
      nock(origin).delete('/installation/token').reply(204)
    }

    for (const owner of ['one', 'two']) {
      await using _client = await app.openClient(99, { owner, repositoryId: 1 }, {}, signal)
    }

    expect(signJwt).toHaveBeenCalledWith(1, undefined)
    expect(signJwt).toHaveBeenCalledTimes(2)
  })

  it('makes no request before it is calm', async () => {
    nock(origin).post(tokens).reply(201, { token: 'ghs_minted' })
    nock(origin).get('/repos/octo/repo').reply(200, { id: 1 })
    nock(origin).delete('/installation/token').reply(204)
    const unasked: number[] = []
    const whenCalm = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      unasked.push(nock.pendingMocks().length)
    }
    const { app } = await createApp(origin, whenCalm)

    {
      await using client = await app.openClient(99, { owner: 'event', repositoryId: 1 }, {}, signal)
      await client.call('GET /repos/octo/repo')
    }

    expect(unasked).toEqual([3, 2, 1])
  })

  it('works with a token for one repository and what is needed there, and revokes it', async () => {
    const asked = { repository_ids: [1], permissions: { issues: 'write' } }
    nock(origin, signedIn).post(tokens, asked).reply(201, { token: 'ghs_minted' })
    const minted = { reqheaders: { authorization: 'token ghs_minted' } }
    nock(origin, minted).get('/repos/octo/repo').reply(200, { id: 1 })
    nock(origin, minted).delete('/installation/token').reply(204)
    const { app, lines } = await createApp()

    {
      await using client = await app.openClient(99, { owner: 'event', repositoryId: 1 }, { issues: 'write' }, signal)
      expect(await client.call('GET /repos/{owner}/{repo}', { owner: 'octo', repo: 'repo' })).toEqual({ id: 1 })
    }

    expect(lines.join('')).not.toContain('ghs_minted')
  })

  it('never uses one token for two events', async () => {
    for (const token of ['ghs_one', 'ghs_two']) {
      nock(origin).post(tokens).reply(201, { token })
      nock(origin, { reqheaders: { authorization: `token ${token}` } })
        .delete('/installation/token')
        .reply(204)
    }
    const { app } = await createApp()

    for (let event = 0; event < 2; event += 1) {
      await using _client = await app.openClient(99, { owner: 'event', repositoryId: 1 }, {}, signal)
    }
  })

  it.each([
    [401, 1, false],
    [403, 1, true],
    [500, 3, true],
  ])('says so when a token could not be revoked: %i', async (status, tries, warned) => {
    nock(origin).post(tokens).reply(201, { token: 'ghs_minted' })
    nock(origin).delete('/installation/token').times(tries).reply(status)
    const { app, lines, vault } = await createApp()

    {
      await using _client = await app.openClient(99, { owner: 'event', repositoryId: 1 }, {}, signal)
    }

    expect(lines.join('').includes('could not be revoked')).toBe(warned)
    expect(vault.kept.size).toBe(warned ? 1 : 0)
  })

  it('revokes what a killed process left of the same event, and of no other', async () => {
    const { app, vault } = await createApp()
    await vault.keep('event', 'ghs_left')
    await vault.keep('another', 'ghs_other')
    nock(origin, { reqheaders: { authorization: 'token ghs_left' } })
      .delete('/installation/token')
      .reply(204)

    await app.revokeLeft('event')

    expect(vault.kept).toEqual(new Set(['another ghs_other']))
  })

  it('uses no token that the vault could not take', async () => {
    nock(origin).post(tokens).reply(201, { token: 'ghs_minted' })
    nock(origin).delete('/installation/token').reply(204)
    const { app, vault } = await createApp()
    vi.spyOn(vault, 'keep').mockRejectedValueOnce(new Error('away'))

    await expect(app.openClient(99, { owner: 'event', repositoryId: 1 }, {}, signal)).rejects.toThrow('away')
  })

  it('finds a GitHub Enterprise Server by its base URL', async () => {
    const host = 'https://github.example.com'
    nock(host, signedIn).post(`/api/v3${tokens}`).reply(201, { token: 'ghs_minted' })
    nock(host).delete('/api/v3/installation/token').reply(204)
    const { app } = await createApp(`${host}/api/v3`)

    await using _client = await app.openClient(99, { owner: 'event', repositoryId: 1 }, {}, signal)
  })

  const otherwise = { call: async () => null, find: async () => null }
  const token = { owner: 'event', repositoryId: 1 }
  const scope = { account: 'octo', installationId: 99, token, otherwise }

  it('opens the policy of an owner to read it, and finds none where it may not', async () => {
    const { app } = await createApp()

    for (const status of [422, 404, 403]) {
      for (const name of ['.github', '.github-private']) {
        nock(origin)
          .post(tokens, { repositories: [name], permissions: { contents: 'read' } })
          .reply(status)
      }
      expect(await createOrganisationPolicyReader(app, scope, signal)()).toEqual({ kind: 'none' })
    }
  })

  it('asks once where an owner keeps no policy, until that may have changed', async () => {
    const { app } = await createApp()
    const noted = new Set<string>()
    const unreached = {
      has: async (installationId: number, name: string) => noted.has(`${installationId} ${name}`),
      note: async (installationId: number, name: string) => void noted.add(`${installationId} ${name}`),
    }
    const read = createOrganisationPolicyReader({ ...app, unreached }, scope, signal)
    const refuse = (status: number) => nock(origin).post(tokens).times(2).reply(status)

    refuse(422)
    for (const _look of [1, 2]) expect(await read()).toEqual({ kind: 'none' })
    expect(noted).toEqual(new Set(['99 .github', '99 .github-private']))

    // A suspended installation says nothing of what it reaches.
    noted.clear()
    refuse(403)
    expect(await read()).toEqual({ kind: 'none' })
    expect(noted).toEqual(new Set())
  })

  it.each([401, 500])('does not take %i for a missing policy', async (status) => {
    nock(origin).post(tokens).reply(status)
    const { app } = await createApp()

    await expect(createOrganisationPolicyReader(app, scope, signal)()).rejects.toMatchObject({ name: 'GitHubError' })
  })

  it('revokes a token whose event was given up while GitHub made it', async () => {
    const giveUp = new AbortController()
    nock(origin)
      .post(tokens)
      .reply(201, () => {
        giveUp.abort(new Error('given up'))
        return { token: 'ghs_late' }
      })
    const revoked = nock(origin).delete('/installation/token').reply(204)
    const { app } = await createApp()

    const opening = app.openClient(99, { owner: 'x', repositoryId: 1 }, {}, giveUp.signal)

    await expect(opening).rejects.toThrow('given up')
    expect(revoked.isDone()).toBe(true)
  })

  describe('a wait that GitHub asks for', () => {
    /** Of two apps that share what was asked of them, as by Redis. */
    function createTwo() {
      const waits = new Map<number | 'app', number>()
      const pauses: PauseOf = (whose) => ({
        left: async () => waits.get(whose) ?? 0,
        note: async (ms) => void waits.set(whose, ms),
      })
      const log = pino({ level: 'silent' })
      const common = { appId: 1, signJwt: createAppJwtSigner(pem), baseUrl: origin, log, pauses }
      const create = () => createGitHubApp({ ...common, vault: createMemoryVault() })
      return { waits, one: create(), other: create() }
    }
    async function ask(app: GitHubApp, installation: number) {
      await using client = await app.openClient(installation, { owner: 'x', repositoryId: 1 }, {}, signal)
      return await client.call('GET /repos/octo/hello')
    }

    it('is kept by the other apps and workers, which do not even ask for a token, of that installation alone', async () => {
      const { one, other } = createTwo()
      for (const _turn of [1, 2]) nock(origin).delete('/installation/token').reply(204)
      nock(origin).post(tokens).reply(201, { token: 'ghs_minted' })
      nock(origin).post(tokens.replace('99', '98')).reply(201, { token: 'ghs_other' })
      nock(origin).get('/repos/octo/hello').reply(403, {}, { 'retry-after': '30' })
      nock(origin).get('/repos/octo/hello').reply(200, {})

      await expect(ask(one, 99)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
      await expect(ask(other, 99)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
      expect(await ask(other, 98)).toEqual({})
    })

    it('of what is asked as the App itself is kept by the others too, who mint no token meanwhile', async () => {
      const { one, other } = createTwo()
      nock(origin).get('/app').reply(403, {}, { 'retry-after': '30' })

      await expect(one.botLogin(signal)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
      // Nothing more is expected of nock here: a request would fail with another error.
      const deliveries = createSentDeliveries(other, () => true)
      await expect(deliveries.since(0, signal)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
      await expect(other.installationOf('octo', 'hello', signal)).rejects.toMatchObject({ code: 'rate-limited' })
      await expect(ask(other, 99)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
    })

    it('is told to the others where it is met while a token is minted', async () => {
      const { one, other } = createTwo()
      nock(origin).post(tokens).reply(403, {}, { 'retry-after': '30' })

      await expect(ask(one, 99)).rejects.toMatchObject({ code: 'rate-limited' })
      await expect(ask(other, 99)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
      await expect(other.botLogin(signal)).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
    })

    it('leaves no token alive: it is revoked meanwhile, and what GitHub says to that is told', async () => {
      const { one, waits } = createTwo()
      nock(origin).post(tokens).reply(201, { token: 'ghs_minted' })
      nock(origin).get('/repos/octo/hello').reply(403, {}, { 'retry-after': '30' })
      nock(origin).delete('/installation/token').reply(429, {}, { 'retry-after': '120' })
      nock(origin).delete('/installation/token').reply(204)

      await expect(ask(one, 99)).rejects.toMatchObject({ code: 'rate-limited' })

      expect(waits.get(99)).toBe(120_000)
    })
  })
})
