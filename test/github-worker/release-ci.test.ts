import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCiRelease } from '../../worker/github/release-ci.ts'
import { type Fence, FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { type MockGitHub, mockGitHub, never, openFence, repo, requestOf } from './mock-github.ts'

const branch = 'airlock/3-fix-it'
const [published, empty, other, tree] = ['c', 'd', 'e', 'f'].map((digit) => digit.repeat(40))

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
  github.expectToken({ contents: 'write' })
  github.expectLocate()
})
afterEach(() => github.verify())

const release = (fence: Fence = openFence) =>
  createCiRelease(github).release(
    { request: requestOf(), branch, commit: published ?? '', commitMessage: 'Let CI run', fence },
    never,
  )
const lookAtCommit = (sha = '', treeSha = tree, parent = '') =>
  github.api.get(`${repo}/git/commits/${sha}`).reply(200, { tree: { sha: treeSha }, parents: [{ sha: parent }] })
const lookForRef = (sha?: string) => {
  const asked = github.api.get(`${repo}/git/ref/heads%2Fairlock%2F3-fix-it`)
  return sha === undefined ? asked.reply(404) : asked.reply(200, { ref: `refs/heads/${branch}`, object: { sha } })
}
const makeCommit = () =>
  github.api
    .post(`${repo}/git/commits`, { message: 'Let CI run', tree, parents: [published] })
    .reply(201, { sha: empty })
const moveBranch = () => github.api.patch(`${repo}/git/refs/heads%2Fairlock%2F3-fix-it`, { sha: empty, force: false })

describe('letting CI run', () => {
  it('adds a commit with the same tree, and never forces the branch', async () => {
    lookAtCommit(published)
    lookForRef(published)
    makeCommit()
    moveBranch().reply(200, { ref: `refs/heads/${branch}`, object: { sha: empty } })

    expect(await release()).toBe(empty)
  })

  it('finds the commit that an earlier try has made', async () => {
    lookAtCommit(published)
    lookForRef(empty)
    lookAtCommit(empty, tree, published)

    expect(await release()).toBe(empty)
  })

  it('finds its own commit where GitHub did it and did not say so', async () => {
    lookAtCommit(published)
    lookForRef(published)
    makeCommit()
    moveBranch().reply(502)
    lookForRef(empty)
    lookAtCommit(empty, tree, published)

    expect(await release()).toBe(empty)
  })

  it.each([
    ['another tree', () => lookAtCommit(other, 'a'.repeat(40), published)],
    ['another parent', () => lookAtCommit(other, tree, 'a'.repeat(40))],
  ])('leaves a branch alone whose last commit has %s', async (_what, lookAtIt) => {
    lookAtCommit(published)
    lookForRef(other)
    lookAtIt()

    expect(await release()).toBeNull()
  })

  it('leaves a branch alone that somebody pushed to while it looked', async () => {
    lookAtCommit(published)
    lookForRef(published)
    makeCommit()
    moveBranch().reply(422, { message: 'Update is not a fast forward' })
    lookForRef(other)
    lookAtCommit(other, 'a'.repeat(40), published)

    expect(await release()).toBeNull()
  })

  it('does nothing where the branch is gone', async () => {
    lookAtCommit(published)
    lookForRef()

    expect(await release()).toBeNull()
  })

  it('does nothing for an attempt that was overtaken', async () => {
    lookAtCommit(published)
    lookForRef(published)
    const lost: Fence = {
      async check() {
        throw new FenceLostError('taken over')
      },
    }

    await expect(release(lost)).rejects.toBeInstanceOf(FenceLostError)
  })
})
