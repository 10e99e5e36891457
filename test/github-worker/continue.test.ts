import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPublisher } from '../../worker/github/publish.ts'
import { noReviewers } from '../../worker/pipeline/code-owners.ts'
import { type Fence, FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { type MockGitHub, mockGitHub, never, openFence, repo, requestOf } from './mock-github.ts'

const branch = 'airlock/issue-3-0123456789'
const instead = 'airlock/pr-9-0123456789'
const [base = '', commit = '', other = '', tree = ''] = ['b', 'c', 'd', 'e'].map((digit) => digit.repeat(40))
const pull = { number: 9, html_url: 'https://ghe.example.com/octo/hello/pull/9', head: { ref: branch } }
const opened = { number: 10, html_url: 'https://ghe.example.com/octo/hello/pull/10', head: { ref: instead } }
const request = requestOf({
  subject: { kind: 'pull-request', number: 9, title: 'Fix it' },
  base: { ref: branch, sha: base },
  continues: { pullRequest: 9, branch, commits: [] },
})

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
  github.expectToken({ contents: 'write', pull_requests: 'write' })
})
afterEach(() => github.verify())

const handOff = (fence: Fence = openFence) =>
  createPublisher(github).handOff(
    { request, branch: instead, commit, title: 'More', body: 'Asked on #9', reviewers: noReviewers, fence },
    never,
  )
const lookAtBranch = (sha: string, isProtected = false) =>
  github.api
    .get(`${repo}/branches/airlock%2Fissue-3-0123456789`)
    .reply(200, { commit: { sha }, protected: isProtected })
const move = () =>
  github.api.patch(`${repo}/git/refs/heads%2Fairlock%2Fissue-3-0123456789`, { sha: commit, force: false })
const compare = (status: string) =>
  github.api.get(`${repo}/compare/${commit}...${other}?per_page=1&page=2`).reply(200, { status })
const lookAtCommit = (sha: string, treeSha: string, parent: string) =>
  github.api.get(`${repo}/git/commits/${sha}`).reply(200, { tree: { sha: treeSha }, parents: [{ sha: parent }] })
const lookAtPull = () => github.api.get(`${repo}/pulls/9`).reply(200, pull)
const notMoved = () => {
  lookAtCommit(other, 'another', base)
  lookAtCommit(commit, tree, base)
}

/** A branch of the job's own, and a pull request against ours. */
function expectInstead(): void {
  github.api.get(`${repo}/git/ref/heads%2Fairlock%2Fpr-9-0123456789`).reply(404)
  github.api
    .get(`${repo}/pulls`)
    .query({ head: `octo:${instead}`, state: 'all', per_page: 1 })
    .reply(200, [])
  github.api
    .post(`${repo}/git/refs`, { ref: `refs/heads/${instead}`, sha: commit })
    .reply(201, { ref: `refs/heads/${instead}`, object: { sha: commit } })
  github.api
    .post(`${repo}/pulls`, { title: 'More', body: 'Asked on #9', head: instead, base: branch, draft: true })
    .reply(201, opened)
  github.api.post(`${repo}/pulls/10/requested_reviewers`).reply(201, {})
}
const added = { branch, commit, pullRequest: { number: 9, url: pull.html_url } }
const apart = (why: string) => ({
  branch: instead,
  commit,
  pullRequest: { number: 10, url: opened.html_url },
  apart: expect.stringContaining(why),
})

describe('going on with a pull request', () => {
  it('adds one commit to its branch without force, opens nothing, and asks nobody again', async () => {
    github.expectLocate()
    lookAtBranch(base)
    move().reply(200, { ref: `refs/heads/${branch}`, object: { sha: commit } })
    lookAtPull()

    expect(await handOff()).toEqual(added)
  })

  it('adds nothing where an earlier try has added it', async () => {
    github.expectLocate()
    lookAtBranch(commit)
    lookAtPull()

    expect(await handOff()).toEqual(added)
  })

  it('adds nothing where an earlier try has, and somebody has pushed on top since', async () => {
    github.expectLocate()
    lookAtBranch(other)
    compare('ahead')
    lookAtPull()

    expect(await handOff()).toEqual(added)
  })

  it('adds nothing where an earlier try made the same tree on the same base', async () => {
    github.expectLocate()
    lookAtBranch(other)
    compare('diverged')
    lookAtCommit(other, tree, base)
    lookAtCommit(commit, tree, base)
    lookAtPull()

    expect(await handOff()).toEqual({ ...added, commit: other })
  })

  it('finds its own commit where GitHub did it and did not say so', async () => {
    github.expectLocate()
    lookAtBranch(base)
    move().reply(502)
    lookAtBranch(commit)
    lookAtPull()

    expect(await handOff()).toEqual(added)
  })

  it('does nothing for an attempt that was overtaken', async () => {
    github.expectLocate()
    lookAtBranch(base)
    const lost: Fence = {
      async check() {
        throw new FenceLostError('taken over')
      },
    }

    await expect(handOff(lost)).rejects.toBeInstanceOf(FenceLostError)
  })
})

describe('what somebody did to the branch in between is kept, and the work goes against it', () => {
  it('where they pushed while the agent worked', async () => {
    github.expectLocate()
    lookAtBranch(other)
    compare('diverged')
    notMoved()
    expectInstead()

    expect(await handOff()).toEqual(apart('other commits'))
  })

  it('where they pushed between the look and the move', async () => {
    github.expectLocate()
    lookAtBranch(base)
    move().reply(422, { message: 'Update is not a fast forward' })
    lookAtBranch(other)
    github.api.get(`${repo}/compare/${commit}...${other}?per_page=1&page=2`).reply(404)
    notMoved()
    expectInstead()

    expect(await handOff()).toEqual(apart('other commits'))
  })

  it('where they protected it', async () => {
    github.expectLocate()
    lookAtBranch(base, true)
    expectInstead()

    expect(await handOff()).toEqual(apart('protected'))
  })

  it('where a rule of the repository keeps it as it is', async () => {
    github.expectLocate()
    lookAtBranch(base)
    move().reply(422, { message: 'Repository rule violations found' })
    lookAtBranch(base)
    expectInstead()

    expect(await handOff()).toEqual(apart('GitHub refused'))
  })

  it('where they made it the default branch: that is not even looked at', async () => {
    github.expectLocate({ default_branch: branch })
    expectInstead()

    expect(await handOff()).toEqual(apart('default branch'))
  })
})
