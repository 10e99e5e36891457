import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChangeSet, FileChange, FileMode } from '../../worker/contract/index.ts'
import { createPublisher } from '../../worker/github/publish.ts'
import { type Fence, FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { type MockGitHub, mockGitHub, never, openFence, repo, requestOf } from './mock-github.ts'

const baseSha = 'a'.repeat(40)
const baseTreeSha = 'b'.repeat(40)
const treeSha = '7'.repeat(40)
const commitSha = 'c'.repeat(40)
const binary = Uint8Array.from([0, 255, 254, 10, 13, 0, 128])

function version(content: Uint8Array | string, mode: FileMode = '100644') {
  const bytes = Buffer.from(content)
  const sha = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  return { mode, sha, content: bytes }
}

const added: FileChange = { path: 'img/logo.png', before: null, after: version(binary) }
const madeExecutable: FileChange = {
  path: 'run.sh',
  before: version('#!/bin/sh\n'),
  after: version('#!/bin/sh\n', '100755'),
}
const linked: FileChange = { path: 'current', before: null, after: version('img/logo.png', '120000') }
const deleted: FileChange = { path: 'bin/old', before: version('old', '100755'), after: null }

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

function stage(files: readonly FileChange[], fence: Fence = openFence, request = requestOf()): Promise<string> {
  const changeSet: ChangeSet = { baseSha, treeSha, files }
  const publisher = createPublisher(github)
  const input = {
    request,
    changeSet,
    baseTreeSha,
    repository: '/nowhere',
    commitMessage: 'Mend it\n\nAirlock-Job: job0000001\n',
    fence,
  }
  return publisher.stage(input, never)
}

function expectStart(): void {
  github.expectToken({ contents: 'write' })
  github.expectLocate()
}

function expectBlob({ after }: FileChange) {
  const content = Buffer.from(after?.content ?? '').toString('base64')
  return github.api.post(`${repo}/git/blobs`, { content, encoding: 'base64' })
}

function expectTree() {
  return github.api.post(`${repo}/git/trees`)
}

describe('staging a commit', () => {
  it('makes a merge a commit on the branch first and on the other side second, without a tree where nothing differs', async () => {
    const request = { ...requestOf(), merges: { ref: 'main', sha: '9'.repeat(40), from: '8'.repeat(40) } }
    expectStart()
    github.api
      .post(`${repo}/git/commits`, (body) => {
        expect(body).toMatchObject({ tree: treeSha, parents: [request.base.sha, '9'.repeat(40)] })
        return true
      })
      .reply(201, { sha: commitSha })

    await expect(stage([], openFence, request)).resolves.toBe(commitSha)
  })

  it('uploads texts within the tree, and binary content, links and deletions, and names no author', async () => {
    expectStart()
    for (const file of [added, linked]) expectBlob(file).reply(201, { sha: file.after?.sha })
    const tree = [
      { path: 'img/logo.png', mode: '100644', type: 'blob', sha: added.after?.sha },
      { path: 'run.sh', mode: '100755', type: 'blob', content: '#!/bin/sh\n' },
      { path: 'current', mode: '120000', type: 'blob', sha: linked.after?.sha },
      { path: 'bin/old', mode: '100755', type: 'blob', sha: null },
    ]
    github.api.post(`${repo}/git/trees`, { base_tree: baseTreeSha, tree }).reply(201, { sha: treeSha })
    // The whole body: an author or a committer would keep GitHub from signing.
    const trailers = 'Airlock-Job: job0000001\nCo-authored-by: ada <5+ada@users.noreply.ghe.example.com>\n'
    const commit = { message: `Mend it\n\n${trailers}`, tree: treeSha, parents: [baseSha] }
    github.api.post(`${repo}/git/commits`, commit).reply(201, { sha: commitSha })

    const staged = await stage([added, madeExecutable, linked, deleted])

    expect(staged).toBe(commitSha)
  })

  it('refuses a tree that is not the one that was checked', async () => {
    expectStart()
    expectTree().reply(201, { sha: 'e'.repeat(40) })

    await expect(stage([deleted])).rejects.toMatchObject({ code: 'rejected', message: expect.stringContaining('tree') })
  })

  it('refuses a blob that is not the one that was checked', async () => {
    expectStart()
    expectBlob(added).reply(201, { sha: 'e'.repeat(40) })

    await expect(stage([added])).rejects.toMatchObject({ code: 'rejected' })
  })

  it('says that a workflow file was refused for want of the permission', async () => {
    const workflow: FileChange = { path: '.github/workflows/ci.yml', before: version('on: push'), after: null }
    expectStart()
    expectTree().reply(404)

    await expect(stage([workflow])).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('.github/workflows/ci.yml'),
    })
  })

  it('takes no limit of GitHub’s for a workflow file that it does not want', async () => {
    const workflow: FileChange = { path: '.github/workflows/ci.yml', before: version('on: push'), after: null }
    expectStart()
    expectTree().reply(403, {}, { 'retry-after': '60' })

    await expect(stage([workflow])).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 60_000 })
  })

  it('goes on after a 502 and after a connection that broke', async () => {
    expectStart()
    expectBlob(added).reply(502)
    expectBlob(added).replyWithError(new Error('socket hang up'))
    expectBlob(added).reply(201, { sha: added.after?.sha })
    expectTree().reply(201, { sha: treeSha })
    github.api.post(`${repo}/git/commits`).reply(201, { sha: commitSha })

    await expect(stage([added])).resolves.toBe(commitSha)
  })

  it('leaves a GitHub that stays away to the queue', async () => {
    expectStart()
    expectTree().times(4).reply(503)

    await expect(stage([deleted])).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('leaves a long rate limit to the queue, at once', async () => {
    expectStart()
    expectTree().reply(403, {}, { 'retry-after': '120' })

    await expect(stage([deleted])).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 120_000 })
  })

  it('takes a fresh token when the first one expired in the middle', async () => {
    // GitHub may have been mistaken: the old one is revoked all the same.
    github.expectToken({ contents: 'write' }, 'ghs_old')
    github.expectLocate()
    expectTree().matchHeader('authorization', 'token ghs_old').reply(401)
    github.expectToken({ contents: 'write' }, 'ghs_new')
    expectTree().matchHeader('authorization', 'token ghs_new').reply(201, { sha: treeSha })
    github.api.post(`${repo}/git/commits`).reply(201, { sha: commitSha })

    await expect(stage([deleted])).resolves.toBe(commitSha)
  })

  it('mints afresh only once, also when many uploads meet the 401 together', async () => {
    const files = ['a', 'b', 'c', 'd'].map((path) => ({
      path,
      before: null,
      after: version(Uint8Array.from([0, path.charCodeAt(0)])),
    }))
    github.expectToken({ contents: 'write' }, 'ghs_old')
    github.expectLocate()
    for (const file of files) expectBlob(file).matchHeader('authorization', 'token ghs_old').reply(401)
    github.expectToken({ contents: 'write' }, 'ghs_new')
    for (const file of files) expectBlob(file).reply(201, { sha: file.after.sha })
    expectTree().reply(201, { sha: treeSha })
    github.api.post(`${repo}/git/commits`).reply(201, { sha: commitSha })

    await expect(stage(files)).resolves.toBe(commitSha)
  })

  it('is denied when the fresh token is refused too', async () => {
    github.expectToken({ contents: 'write' }, 'ghs_old')
    github.expectToken({ contents: 'write' }, 'ghs_new')
    github.api.get('/installation/repositories?per_page=1').times(2).reply(401)

    await expect(stage([deleted])).rejects.toMatchObject({ code: 'denied' })
  })

  it('uploads nothing for an attempt that was overtaken', async () => {
    expectStart()
    const check = vi.fn(async () => {
      throw new FenceLostError('overtaken')
    })

    await expect(stage([added], { check })).rejects.toThrow(FenceLostError)
  })

  it('refuses a repository that went to another owner', async () => {
    github.expectToken({ contents: 'write' })
    github.expectLocate({ owner: { login: 'mallory' } })

    await expect(stage([added])).rejects.toMatchObject({ code: 'denied' })
  })

  it('refuses a repository that was archived', async () => {
    github.expectToken({ contents: 'write' })
    github.expectLocate({ archived: true })

    await expect(stage([added])).rejects.toMatchObject({ code: 'archived', retryable: false })
  })

  it('follows a repository that was renamed, by its id', async () => {
    github.expectToken({ contents: 'write' })
    github.expectLocate({ name: 'renamed' })
    github.api.post('/repos/octo/renamed/git/trees').reply(201, { sha: treeSha })
    github.api.post('/repos/octo/renamed/git/commits').reply(201, { sha: commitSha })

    await expect(stage([deleted])).resolves.toBe(commitSha)
  })
})
