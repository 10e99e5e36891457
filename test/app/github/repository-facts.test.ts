import nock from 'nock'
import { describe, expect, it } from 'vitest'
import { createOwnerReaders } from '../../../app/github/owner-readers.ts'
import { createRepositoryFacts } from '../../../app/github/repository-facts.ts'
import { createClient, mockGitHub, origin } from './api.ts'

mockGitHub()

const sha = 'a'.repeat(40)
const now = { owner: 'octo', name: 'repo', private: true, archived: false, defaultBranch: 'main' }
const api = () => nock(origin, { reqheaders: { authorization: 'token ghs_test' } })
const app = {
  unreached: { has: async () => false, note: async () => undefined },
  openClient: async () => ({ ...createClient(), reaches: [], [Symbol.asyncDispose]: async () => undefined }),
}
const scope = { account: 'octo', installationId: 1, token: { owner: 'a test', repositoryId: 1 } }
const owners = createOwnerReaders(app, { ...scope, otherwise: createClient() }, new AbortController().signal)
const facts = () => createRepositoryFacts(createClient(), now, owners)

describe('the permission of a person', () => {
  it.each([
    ['admin', 'admin', 'admin'],
    ['write', 'maintain', 'maintain'],
    ['write', 'write', 'write'],
    ['read', 'triage', 'triage'],
    ['read', 'read', 'read'],
    ['none', '', 'none'],
    ['write', 'security-champion', 'write'],
    ['read', 'a custom role called admin', 'read'],
    ['read', 'admin', 'read'],
    ['read', 'maintain', 'read'],
    ['something new', 'admin', 'none'],
  ])('is read from %s with role %j as %s', async (permission, role_name, expected) => {
    api()
      .get('/repos/octo/repo/collaborators/ada/permission')
      .reply(200, { permission, role_name, user: { id: 42, login: 'ada' } })

    expect(await facts().permissionOf('ada')).toEqual({ userId: 42, permission: expected })
  })

  it.each([
    [404, { message: 'Not Found' }],
    [200, { permission: 'write', role_name: 'write', user: null }],
    [200, { permission: 'write' }],
    [200, 'not what we know'],
  ])('is none where GitHub answers %i with %j', async (status, body) => {
    api().get('/repos/octo/repo/collaborators/ada/permission').reply(status, body)

    expect(await facts().permissionOf('ada')).toBeNull()
  })

  it('is asked for by a login that leads nowhere else', async () => {
    api().get('/repos/octo/repo/collaborators/..%2F..%2Fx/permission').reply(404)

    expect(await facts().permissionOf('../../x')).toBeNull()
  })

  it.each([
    [500, {}, 'unavailable'],
    [502, {}, 'unavailable'],
    [429, { 'retry-after': '3' }, 'rate-limited'],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 'rate-limited'],
    [403, {}, 'denied'],
    [401, {}, 'unauthenticated'],
    [422, {}, 'rejected'],
  ])('is an error, not a no, where GitHub answers %i with %j', async (status, headers, code) => {
    api().get('/repos/octo/repo/collaborators/ada/permission').reply(status, {}, headers)

    await expect(facts().permissionOf('ada')).rejects.toMatchObject({
      name: 'GitHubError',
      code,
      retryable: code === 'unavailable' || code === 'rate-limited',
    })
  })

  it('is an error worth another try where GitHub does not answer', async () => {
    api().get('/repos/octo/repo/collaborators/ada/permission').replyWithError('connection reset')

    await expect(facts().permissionOf('ada')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('is not waited for after the attempt was ended', async () => {
    const stop = new AbortController()
    const never = new Promise<never>(() => undefined)
    api()
      .get('/repos/octo/repo/collaborators/ada/permission')
      .reply(() => {
        stop.abort(new Error('shutdown'))
        return never
      })

    const asking = createRepositoryFacts(createClient(stop.signal), now, owners).permissionOf('ada')

    await expect(asking).rejects.toThrow('shutdown')
  })
})

describe('the head of a branch', () => {
  it('is its commit, also where its name has slashes', async () => {
    api().get('/repos/octo/repo/git/ref/heads%2Ffeature%2Fx').reply(200, { object: { sha } })

    expect(await facts().headOf('feature/x')).toEqual({ kind: 'commit', sha })
  })

  it.each([
    [404, [{ name: 'other' }], 'missing'],
    [404, [], 'empty'],
    [409, [], 'empty'],
  ])('is told apart where GitHub says %i and lists %j', async (status, branches, kind) => {
    api().get('/repos/octo/repo/git/ref/heads%2Fmain').reply(status, {})
    api().get('/repos/octo/repo/branches?per_page=1').reply(200, branches)

    expect(await facts().headOf('main')).toEqual({ kind })
  })
})

describe('a policy', () => {
  const path = `/repos/octo/repo/contents/.github%2Fairlock.yml?ref=${sha}`
  const file = (text: string) => ({
    type: 'file',
    encoding: 'base64',
    size: text.length,
    content: `${Buffer.from(text).toString('base64')}\n`,
  })

  it('is the text of the file at exactly that commit', async () => {
    api().get(path).reply(200, file('agent: codex\n'))

    expect(await facts().repositoryPolicy(sha)).toEqual({ kind: 'text', text: 'agent: codex\n' })
  })

  it('is none where there is no file', async () => {
    api().get(path).reply(404)

    expect(await facts().repositoryPolicy(sha)).toEqual({ kind: 'none' })
  })

  it.each([
    ['a folder', []],
    ['a submodule', { type: 'submodule', size: 0 }],
    ['a link to a folder', { type: 'symlink', target: '/etc', size: 4 }],
    ['a file of a gigabyte', { type: 'file', encoding: 'none', size: 2 ** 30, content: '' }],
    ['a large file', { ...file('x'), size: 300_000 }],
  ])('cannot be read where there is %s: that is not the same as none', async (_what, answer) => {
    api().get(path).reply(200, answer)

    expect(await facts().repositoryPolicy(sha)).toMatchObject({ kind: 'unreadable' })
  })

  it('that GitHub does not give for now is not taken for none', async () => {
    api().get(path).reply(503)

    await expect(facts().repositoryPolicy(sha)).rejects.toMatchObject({ retryable: true })
  })

  it('of the operator’s for dev containers is given the image of the file at exactly that commit', async () => {
    const at = (name: string) => `/repos/octo/repo/contents/${encodeURIComponent(name)}?ref=${sha}`
    api().get(at('.devcontainer/devcontainer.json')).reply(404)
    api().get(at('.devcontainer.json')).reply(200, file('{ "image": "node:22" }'))

    expect(await facts().devcontainerImage(sha)).toBe('node:22')
  })

  it('of the owner comes from the default branch of its .github repository', async () => {
    api().get('/repos/octo/.github/contents/airlock.yml').reply(200, file('network: []'))

    expect(await facts().organisationPolicy()).toEqual({ kind: 'text', text: 'network: []' })
  })
})

describe('how far a branch is apart from another', () => {
  const other = 'b'.repeat(40)
  const compare = () => api().get(`/repos/octo/repo/compare/${other}...${sha}?per_page=1&page=2`)

  it.each([
    [0, false],
    [3, true],
  ])('is told by the commits that it lacks: %i', async (behind_by, isBehind) => {
    compare().reply(200, { behind_by, merge_base_commit: { sha: other }, status: 'diverged' })

    expect(await facts().divergence(other, sha)).toEqual({ common: other, isBehind })
  })

  it('is nothing where they have no commit in common', async () => {
    compare().reply(404)

    expect(await facts().divergence(other, sha)).toBeNull()
  })
})

describe('the head of a pull request', () => {
  const base = { ref: 'main' }

  it.each([
    [{ id: 1 }, 1],
    [null, null],
  ])('says where it lives: %j', async (repo, repositoryId) => {
    const user = { login: 'ada', type: 'User' }
    api()
      .get('/repos/octo/repo/pulls/9')
      .reply(200, { state: 'open', user, head: { ref: 'feature', sha, repo }, base })

    const found = await facts().pullRequest(9)

    expect(found).toEqual({ open: true, author: user, ref: 'feature', sha, baseRef: 'main', repositoryId })
  })

  it('says that it is closed, and that nobody knows its author', async () => {
    api()
      .get('/repos/octo/repo/pulls/9')
      .reply(200, { state: 'closed', user: null, head: { ref: 'feature', sha, repo: { id: 1 } }, base })

    expect(await facts().pullRequest(9)).toMatchObject({ open: false, author: null })
  })

  it('is null where there is none', async () => {
    api().get('/repos/octo/repo/pulls/9').reply(404)

    expect(await facts().pullRequest(9)).toBeNull()
  })
})

describe('the commits of a pull request', () => {
  it('are told by the first line of the latest, bounded', async () => {
    const messages = Array.from({ length: 25 }, (_, at) => `${at} ${'x'.repeat(500)}\r\nmore`)
    api()
      .get('/repos/octo/repo/pulls/9/commits?per_page=100&page=1')
      .reply(
        200,
        messages.map((message) => ({ commit: { message } })),
      )

    const commits = await facts().commitsOf(9)

    expect(commits).toHaveLength(20)
    expect(commits[0]).toBe(`5 ${'x'.repeat(118)}`)
    expect(commits.join('')).not.toMatch(/[\r\n]/)
  })

  it('are the very last of more than a page of them', async () => {
    const messages = Array.from({ length: 130 }, (_, at) => ({ commit: { message: `commit ${at}` } }))
    const pages = [messages.slice(0, 100), messages.slice(100)]
    for (const [at, page] of pages.entries()) {
      api()
        .get(`/repos/octo/repo/pulls/9/commits?per_page=100&page=${at + 1}`)
        .reply(200, page)
    }

    const commits = await facts().commitsOf(9)

    expect([commits.length, commits[0], commits.at(-1)]).toEqual([20, 'commit 110', 'commit 129'])
  })
})

describe('the open pull requests', () => {
  const pull = (number: number) => {
    const head = { ref: `b${number}`, sha, repo: { id: 1 } }
    return { number, title: 'x', body: null, state: 'open', user: null, head, base: { ref: 'main' } }
  }
  const page = (number: number, length: number) =>
    api()
      .get(`/repos/octo/repo/pulls?state=open&per_page=100&page=${number}`)
      .reply(
        200,
        Array.from({ length }, (_, at) => pull(number * 1000 - at)),
      )

  it('are all of them, also the old ones: one that was missed would be made a second time', async () => {
    page(1, 100)
    page(2, 3)

    const found = await facts().openPullRequests()

    expect(found).toHaveLength(103)
    expect(found.at(-1)).toMatchObject({ number: 1998, ref: 'b1998' })
  })

  it('are a thousand at most', async () => {
    for (let number = 1; number <= 10; number += 1) page(number, 100)

    expect(await facts().openPullRequests()).toHaveLength(1000)
  })
})

describe('a branch', () => {
  it.each([true, false])('is protected as GitHub says: %j', async (isProtected) => {
    api().get('/repos/octo/repo/branches/airlock%2Fx').reply(200, { protected: isProtected })

    expect(await facts().isProtected('airlock/x')).toBe(isProtected)
  })

  it('that is gone is not protected, and one that GitHub does not show for now is not guessed at', async () => {
    api().get('/repos/octo/repo/branches/airlock%2Fx').reply(404)
    api().get('/repos/octo/repo/branches/airlock%2Fy').reply(503)

    expect(await facts().isProtected('airlock/x')).toBe(false)
    await expect(facts().isProtected('airlock/y')).rejects.toMatchObject({ retryable: true })
  })
})

describe('what the operator’s rules may ask of a repository', () => {
  it('is read as GitHub says it', async () => {
    const body = {
      private: true,
      visibility: 'internal',
      topics: ['web'],
      custom_properties: { tier: 'one', tags: ['a'] },
    }
    api().get('/repos/octo/repo').reply(200, body)

    expect(await facts().traits()).toEqual({
      fullName: 'octo/repo',
      nameIsProven: true,
      visibility: 'internal',
      topics: ['web'],
      properties: { tier: 'one', tags: ['a'] },
    })
  })

  it.each([
    ['an older server’s public repository', 200, { private: false }, 'public'],
    ['an older server’s other repository, which may be private or internal', 200, { private: true }, null],
    ['a visibility that we do not know', 200, { private: true, visibility: 'secret', topics: 'x' }, null],
    ['no answer', 404, {}, null],
  ])('stays unknown where it is not said: %s', async (_name, status, body, visibility) => {
    api().get('/repos/octo/repo').reply(status, body)

    expect(await facts().traits()).toMatchObject({ visibility, topics: null, properties: null })
  })
})
