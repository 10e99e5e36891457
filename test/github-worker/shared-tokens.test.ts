import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRepositorySession } from '../../worker/github/repository-session.ts'
import { createSharedTokens } from '../../worker/github/shared-tokens.ts'
import { type MockGitHub, mockGitHub, never, repo, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
// Also that each token that was minted is revoked, once, and that no other was.
afterEach(() => {
  vi.restoreAllMocks()
  github.verify()
})

const request = requestOf()
const publishing = { contents: 'write', pull_requests: 'write' } as const

describe('what a job holds', () => {
  it('is one token for all that ask for no more, revoked at the end', async () => {
    github.expectToken(publishing)
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, publishing)

    const lent = []
    for (const permissions of [{ metadata: 'read', contents: 'read' }, { contents: 'write' }, publishing] as const) {
      await using token = await tokens.mint(request, permissions, never)
      lent.push(token.value)
    }

    expect(lent).toEqual(['ghs_1', 'ghs_1', 'ghs_1'])
    expect(github.vault.kept.size).toBe(1)
  })

  it('is nothing where nobody asks', async () => {
    await using _ = createSharedTokens(github.tokens).hold(request, publishing)

    expect(github.vault.kept.size).toBe(0)
  })

  it('is not enough for who asks for more: they get a token of their own', async () => {
    github.expectToken({ contents: 'read' }, 'ghs_held')
    github.expectToken({ contents: 'read', pull_requests: 'read' }, 'ghs_own')
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, { contents: 'read' })

    await using less = await tokens.mint(request, { contents: 'read' }, never)
    await using more = await tokens.mint(request, { contents: 'read', pull_requests: 'read' }, never)

    expect([less.value, more.value]).toEqual(['ghs_held', 'ghs_own'])
  })

  it('never lends git a token that can write, while the job publishes', async () => {
    github.expectToken(publishing, 'ghs_write')
    github.expectToken({ contents: 'read' }, 'ghs_read')
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, publishing)
    await using write = await tokens.mint(request, publishing, never)

    await using read = await tokens.exact.mint(request, { contents: 'read' }, never)

    expect([write.value, read.value]).toEqual(['ghs_write', 'ghs_read'])
  })

  it('is of that job alone', async () => {
    github.expectToken({ contents: 'read' }, 'ghs_one')
    github.expectToken({ contents: 'read' }, 'ghs_other')
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, { contents: 'read' })

    await using one = await tokens.mint(request, { contents: 'read' }, never)
    await using other = await tokens.mint(requestOf({ id: 'job0000002' }), { contents: 'read' }, never)

    expect([one.value, other.value]).toEqual(['ghs_one', 'ghs_other'])
  })

  it('ends with its end: who asks afterwards gets another token', async () => {
    github.expectToken({ contents: 'read' }, 'ghs_held')
    const tokens = createSharedTokens(github.tokens)
    {
      await using _ = tokens.hold(request, { contents: 'read' })
      await tokens.mint(request, { contents: 'read' }, never)
    }
    github.expectToken({ contents: 'read' }, 'ghs_later')

    await using later = await tokens.mint(request, { contents: 'read' }, never)

    expect(later.value).toBe('ghs_later')
  })

  it('that GitHub does not take any more is revoked, and another one lent in its place', async () => {
    const answer = { name: 'main', commit: { sha: 'a'.repeat(40) }, protected: false }
    const look = (token: string) =>
      github.api.get(`${repo}/branches/main`).matchHeader('authorization', `token ${token}`)
    github.expectToken({ contents: 'read' }, 'ghs_dead')
    look('ghs_dead').reply(401)
    github.expectToken({ contents: 'read' }, 'ghs_fresh')
    look('ghs_fresh').times(2).reply(200, answer)
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, { contents: 'read' })

    for (const _round of [1, 2]) {
      await using session = openRepositorySession(tokens, request, { contents: 'read' }, never)
      const at = { owner: 'octo', repo: 'hello', branch: 'main' }
      const { data } = await session.call((octokit) => octokit.rest.repos.getBranch(at))
      expect(data.commit.sha).toBe(answer.commit.sha)
    }
  })

  it('says where the repository is only as long as that is new: it may be renamed meanwhile', async () => {
    const described = { id: 7, name: 'hello', owner: { login: 'octo' }, archived: false, default_branch: 'main' }
    github.expectToken({ contents: 'read' }, 'ghs_1', described)
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, { contents: 'read' })
    await using first = await tokens.mint(request, { contents: 'read' }, never)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)

    await using later = await tokens.mint(request, { contents: 'read' }, never)

    expect(first.repository).toMatchObject({ name: 'hello' })
    expect(later).toMatchObject({ value: 'ghs_1', repository: null })
  })

  it('that was not granted as a whole is asked for by each alone', async () => {
    const permissions = { issues: 'write', checks: 'write' } as const
    github.api.post('/app/installations/11/access_tokens', { repository_ids: [7], permissions }).reply(422)
    github.expectToken({ issues: 'write' })
    const tokens = createSharedTokens(github.tokens)
    await using _ = tokens.hold(request, permissions)

    await using token = await tokens.mint(request, { issues: 'write' }, never)

    expect(token.value).toBe('ghs_1')
  })
})
