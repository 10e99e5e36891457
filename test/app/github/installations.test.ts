import nock from 'nock'
import { describe, expect, it } from 'vitest'
import type { GitHubApp } from '../../../app/github/create-github-app.ts'
import { createInstallations } from '../../../app/github/installations.ts'
import { attempt } from '../intake/fake-repository.ts'
import { createClient, mockGitHub, origin } from './api.ts'

mockGitHub()

const path = '/app/installations/9'
const list = '/installation/repositories'
const repository = (id: number) => ({ id, name: `r${id}`, owner: { login: 'acme' }, archived: id === 2, private: true })

/** An App whose token is the client's own. */
function now() {
  const revoked: string[] = []
  const app: Pick<GitHubApp, 'asApp' | 'openClient' | 'revokeLeft'> = {
    asApp: createClient,
    revokeLeft: async () => undefined,
    async openClient(_id, scope, permissions, signal) {
      expect([scope, permissions]).toEqual([{ owner: 'life:one', all: true }, { metadata: 'read' }])
      return { ...createClient(signal), reaches: [], [Symbol.asyncDispose]: async () => void revoked.push(scope.owner) }
    },
  }
  return { found: createInstallations(app).now(9, 'life:one', attempt), revoked }
}

describe('an installation as GitHub has it', () => {
  it('is gone where GitHub knows none', async () => {
    nock(origin).get(path).reply(404)

    expect(await now().found).toEqual({ kind: 'gone' })
  })

  it('is suspended where GitHub says since when', async () => {
    nock(origin).get(path).reply(200, { id: 9, suspended_at: '2026-11-29T12:00:00Z' })

    expect(await now().found).toEqual({ kind: 'suspended' })
  })

  it('is read page by page to its last repository, with a token that ends', async () => {
    const pages = [1, 101].map((from) =>
      Array.from({ length: 100 }, (_, at) => repository(from + at)).slice(0, 101 - from + 50),
    )
    nock(origin).get(path).reply(200, { id: 9, suspended_at: null })
    nock(origin).get(list).query({ per_page: 100, page: 1 }).reply(200, { total_count: 150, repositories: pages[0] })
    nock(origin).get(list).query({ per_page: 100, page: 2 }).reply(200, { total_count: 150, repositories: pages[1] })

    const { found, revoked } = now()

    const { repositories } = { repositories: [], ...(await found) }
    expect(repositories).toHaveLength(150)
    expect(repositories[1]).toEqual({ id: 2, owner: 'acme', name: 'r2', archived: true })
    expect(revoked).toEqual(['life:one'])
  })

  it('is not told by a list that came to less than was counted: what is missing there would be removed here', async () => {
    nock(origin).get(path).reply(200, { id: 9, suspended_at: null })
    nock(origin)
      .get(list)
      .query({ per_page: 100, page: 1 })
      .reply(200, { total_count: 2, repositories: [repository(1)] })
    nock(origin).get(list).query({ per_page: 100, page: 2 }).reply(200, { total_count: 2, repositories: [] })
    const { found, revoked } = now()

    await expect(found).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(revoked).toEqual(['life:one'])
  })
})
