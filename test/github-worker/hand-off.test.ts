import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPublisher } from '../../worker/github/publish.ts'
import { noReviewers } from '../../worker/pipeline/code-owners.ts'
import { type Fence, FenceLostError, type HandOffInput } from '../../worker/pipeline/ports/index.ts'
import { type MockGitHub, mockGitHub, never, openFence, repo, requestOf } from './mock-github.ts'

const branch = 'airlock/3-fix-it'
const commit = 'c'.repeat(40)
const other = 'd'.repeat(40)
const found = { number: 5, html_url: 'https://ghe.example.com/octo/hello/pull/5', head: { ref: branch } }
const pullRequest = { number: 5, url: found.html_url }

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

function handOff(change: Partial<HandOffInput> = {}, fence: Fence = openFence) {
  const text = { title: 'Fix it', body: 'Closes #3' }
  const input = { request: requestOf(), branch, commit, ...text, reviewers: noReviewers, fence, ...change }
  return createPublisher(github).handOff(input, never)
}

function expectStart(): void {
  github.expectToken({ contents: 'write', pull_requests: 'write' })
  github.expectLocate()
}
const lookForRef = () => github.api.get(`${repo}/git/ref/heads%2Fairlock%2F3-fix-it`)
const createRef = () => github.api.post(`${repo}/git/refs`, { ref: `refs/heads/${branch}`, sha: commit })
const lookForPull = () => github.api.get(`${repo}/pulls`).query({ head: `octo:${branch}`, state: 'all', per_page: 1 })
const openPull = (draft = true) =>
  github.api.post(`${repo}/pulls`, { title: 'Fix it', body: 'Closes #3', head: branch, base: 'main', draft })
const askForReview = () => github.api.post(`${repo}/pulls/5/requested_reviewers`, { reviewers: ['ada'] })
const lookAtCommit = (sha: string, tree: string, parent: string) =>
  github.api.get(`${repo}/git/commits/${sha}`).reply(200, { tree: { sha: tree }, parents: [{ sha: parent }] })
const ref = (sha: string) => ({ ref: `refs/heads/${branch}`, object: { sha } })

describe('handing off', () => {
  it('creates the branch and a draft, and asks the requester for review', async () => {
    expectStart()
    lookForRef().reply(404)
    createRef().reply(201, ref(commit))
    lookForPull().reply(200, [])
    openPull().reply(201, found)
    askForReview().reply(201, {})

    const published = await handOff()

    expect(published).toEqual({ branch, commit, pullRequest })
  })

  it("offers what came of a fork's head as a branch, and opens no pull request that CI would run on", async () => {
    const page = 'https://ghe.example.com/octo/hello'
    expectStart()
    github.api.get(`${repo}/pulls/9`).reply(200, { base: { repo: { html_url: page } } })
    lookForRef().reply(404)
    createRef().reply(201, ref(commit))

    const published = await handOff({ request: { ...requestOf(), fork: { pullRequest: 9, repositoryId: 77 } } })

    expect(published).toEqual({ branch, commit, pullRequest: null, offeredAt: page })
  })

  it('creates nothing that is there already', async () => {
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toEqual({ branch, commit, pullRequest })
  })

  it('adopts a branch whose commit has the same tree on the same base', async () => {
    expectStart()
    lookForRef().reply(200, ref(other))
    lookAtCommit(other, 'tree', 'base')
    lookAtCommit(commit, 'tree', 'base')
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toEqual({ branch, commit: other, pullRequest })
  })

  it.each([
    ['another tree', 'other tree', 'base'],
    ['another base', 'tree', 'other base'],
  ])('leaves a branch alone that holds %s', async (_what, tree, parent) => {
    expectStart()
    lookForRef().reply(200, ref(other))
    lookForPull().reply(200, [])
    lookAtCommit(other, tree, parent)
    lookAtCommit(commit, 'tree', 'base')

    await expect(handOff()).rejects.toMatchObject({ code: 'branch-taken', retryable: false })
  })

  it('heals a timeout after the branch was created', async () => {
    expectStart()
    lookForRef().reply(404)
    createRef().replyWithError(new Error('socket hang up'))
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toMatchObject({ commit })
  })

  it('tries again when the timeout came before the branch was created', async () => {
    expectStart()
    lookForRef().thrice().reply(404)
    createRef().replyWithError(new Error('socket hang up'))
    createRef().reply(201, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toMatchObject({ commit })
  })

  it('takes a 422 for a branch that another attempt just made', async () => {
    expectStart()
    lookForRef().reply(404)
    createRef().reply(422, { message: 'Reference already exists' })
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toMatchObject({ commit })
  })

  it('does not insist when GitHub rejects the branch', async () => {
    expectStart()
    lookForRef().twice().reply(404)
    lookForPull().reply(200, [])
    createRef().reply(422, { message: 'refusing to allow a GitHub App to create or update workflow' })

    await expect(handOff()).rejects.toMatchObject({ code: 'rejected', retryable: false })
  })

  it('heals a timeout after the pull request was opened: there is one', async () => {
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [])
    openPull().reply(504)
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toMatchObject({ pullRequest })
  })

  it('opens no draft where the repository knows none', async () => {
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [])
    openPull(true).reply(422, { message: 'Draft pull requests are not supported in this repository.' })
    openPull(false).reply(201, found)
    askForReview().reply(201, {})

    await expect(handOff()).resolves.toMatchObject({ pullRequest })
  })

  it('opens no draft where the policy wants none', async () => {
    const request = requestOf()
    const policy = { ...request.policy, handoff: { ...request.policy.handoff, draft: false } }
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [])
    openPull(false).reply(201, found)
    askForReview().reply(201, {})

    await expect(handOff({ request: { ...request, policy } })).resolves.toMatchObject({ pullRequest })
  })

  it('does without a review that GitHub refuses, and logs it', async () => {
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(422, {})

    await expect(handOff()).resolves.toMatchObject({ pullRequest })
    const message = 'GitHub refused a part of the pull request'
    expect(github.log.lines).toEqual([{ message, fields: expect.objectContaining({ what: 'reviewers' }) }])
  })

  const askOwners = (...reviewers: string[]) => github.api.post(`${repo}/pulls/5/requested_reviewers`, { reviewers })
  const askTeam = (team: string) => github.api.post(`${repo}/pulls/5/requested_reviewers`, { team_reviewers: [team] })

  function expectFound(): void {
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])
    askForReview().reply(201, {})
  }

  it('asks owners of the code together, the one who asked not twice, and teams one by one', async () => {
    expectFound()
    askOwners('bea', 'cyd').reply(201, {})
    askTeam('core').reply(422, {})
    askTeam('docs').reply(201, {})

    const reviewers = { users: ['bea', 'Ada', 'cyd'], teams: ['core', 'docs'] }
    await expect(handOff({ reviewers })).resolves.toMatchObject({ pullRequest })
    expect(github.log.lines).toMatchObject([{ fields: { what: 'team' } }])
  })

  it('asks nobody where the policy wants that', async () => {
    const request = requestOf()
    const policy = { ...request.policy, handoff: { ...request.policy.handoff, reviewers: [] } }
    expectStart()
    lookForRef().reply(200, ref(commit))
    lookForPull().reply(200, [found])

    await expect(handOff({ request: { ...request, policy } })).resolves.toMatchObject({ pullRequest })
  })

  it('asks each of them where one keeps the others away, and stops at nothing', async () => {
    expectFound()
    askOwners('gone', 'cyd').reply(422, {})
    askOwners('gone').reply(422, {})
    askOwners('cyd').reply(201, {})

    await expect(handOff({ reviewers: { users: ['gone', 'cyd'], teams: [] } })).resolves.toMatchObject({ pullRequest })
    expect(github.log.lines).toHaveLength(2)
  })

  it.each([
    ['branch', 1],
    ['pull request', 2],
    ['review', 3],
  ])('makes no %s for an attempt that was overtaken', async (_what, atCheck) => {
    let checks = 0
    const check = vi.fn(async () => {
      checks += 1
      if (checks === atCheck) throw new FenceLostError('overtaken')
    })
    expectStart()
    lookForRef().reply(404)
    lookForPull().reply(200, [])
    if (atCheck > 1) createRef().reply(201, ref(commit))
    if (atCheck > 2) openPull().reply(201, found)

    await expect(handOff({}, { check })).rejects.toThrow(FenceLostError)
  })
})

describe('a ref that is not ours to make', () => {
  it.each([
    'main',
    'feature/x',
    'airlock',
    'airlock/',
    'airlock/../main',
    'airlock/a..b',
    'airlock/-rf',
    'airlock/.hidden',
    'airlock/x.lock',
    'airlock/x.',
    'airlock//x',
    'airlock/$(id)',
    'airlock/a b',
    'airlock/x~1',
    'airlock/@{u}',
    'airlock/x\n',
    'refs/heads/airlock/x',
    'refs/tags/v1',
    'Airlock/x',
    `airlock/${'x'.repeat(200)}`,
  ])('is refused before anything is asked of GitHub: %j', async (name) => {
    expectStart()

    await expect(handOff({ branch: name })).rejects.toMatchObject({ code: 'rejected' })
  })

  it('is refused when it is the default branch', async () => {
    github.expectToken({ contents: 'write', pull_requests: 'write' })
    github.expectLocate({ default_branch: branch })

    await expect(handOff()).rejects.toMatchObject({ code: 'rejected' })
  })
})
