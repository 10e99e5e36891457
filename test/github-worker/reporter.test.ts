import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { statusMarker } from '../../worker/contract/index.ts'
import { createReporter, type ReporterDeps } from '../../worker/github/reporter.ts'
import { FenceLostError, type JobProgress } from '../../worker/pipeline/ports/index.ts'
import { eventually } from '../queue/eventually.ts'
import { summaryOf } from './job-summary.ts'
import { app, type MockGitHub, mockGitHub, openFence, repo, requestOf } from './mock-github.ts'

const request = requestOf()
const marker = statusMarker(request.id)
const commit = 'c'.repeat(40)
const summary = summaryOf(request, commit)
const progress: JobProgress = { step: 'clone', elapsedMs: 0, finished: [], activity: null, costUsd: 0 }
const ours = { id: 70, user: { login: 'airlock[bot]' }, body: `${marker}\nQueued.` }
const words = { name: 'Airlock', title: 'Done', summary: 'All well.', conclusion: 'success', annotations: [] } as const

let github: MockGitHub
let uploads: string[]
let noted: string[]
beforeEach(() => {
  uploads = []
  noted = []
  github = mockGitHub()
})
afterEach(() => github.verify())

function reporter(change: Partial<ReporterDeps> = {}) {
  return createReporter({
    tokens: github.tokens,
    checks: { appId: app.appId, note: async (...checked) => void noted.push(checked.join(' ')) },
    codeScanning: { upload: async (_request, { branch, commit: of }) => void uploads.push(`${branch} ${of}`) },
    log: github.log,
    fence: openFence,
    botLogin: async () => 'airlock[bot]',
    pace: { firstMs: 0, soonMs: 0, laterMs: 0, laterPart: 0 },
    wording: {
      running: (_request, { step }) => `${marker}\nRunning ${step}.`,
      finished: () => `${marker}\nFinished.`,
      checkRuns: () => [words],
    },
    ...change,
  })
}

function expectSession(permissions: Parameters<MockGitHub['expectToken']>[0] = { issues: 'write' }): void {
  github.expectToken(permissions)
  github.expectLocate()
}
/** One token for so many words at once; each of them looks where the repository is. */
function expectTold(permissions: Parameters<MockGitHub['expectToken']>[0], words: number): void {
  github.expectToken(permissions)
  for (let told = 0; told < words; told += 1) github.expectLocate()
}
/** GitHub's answer, and when it is given: a token that is kept is still to be revoked then. */
function heard() {
  const given = Promise.withResolvers<void>()
  const answer = () => {
    given.resolve()
    return ours
  }
  return { given: given.promise, answer }
}
const listComments = () => github.api.get(`${repo}/issues/3/comments`).query(true)
const addComment = (text: string) => github.api.post(`${repo}/issues/3/comments`, { body: `${marker}\n${text}` })
const editComment = (text: string) => github.api.patch(`${repo}/issues/comments/70`, { body: `${marker}\n${text}` })
const reactToIssue = () => github.api.post(`${repo}/issues/3/reactions`, { content: 'rocket' })

describe('progress', () => {
  it('edits the comment that the app made, found by its marker and its author', async () => {
    const forged = { id: 69, user: { login: 'mallory' }, body: `${marker}\nQueued.` }
    const another = { id: 68, user: { login: 'airlock[bot]' }, body: `${statusMarker('job0000002')}\nQueued.` }
    expectSession()
    listComments().reply(200, [forged, another, ours])
    const edited = heard()
    editComment('Running clone.').reply(200, edited.answer)

    await using telling = reporter()
    await telling.progress(request, progress)
    await edited.given
  })

  it('makes the comment where there is none, once, and knows it from then on', async () => {
    expectSession()
    listComments().reply(200, [])
    const made = heard()
    addComment('Running clone.').reply(201, made.answer)
    await using telling = reporter()
    await telling.progress(request, progress)
    await made.given

    // With the token of the first: it is kept for a while.
    github.expectLocate()
    const edited = heard()
    editComment('Running setup.').reply(200, edited.answer)
    await telling.progress(request, { ...progress, step: 'setup' })
    await edited.given
  })

  it('makes no second comment when the answer to the first was lost', async () => {
    expectSession()
    listComments().reply(200, [])
    addComment('Running clone.').replyWithError(new Error('socket hang up'))
    listComments().reply(200, [ours])
    const edited = heard()
    editComment('Running clone.').reply(200, edited.answer)

    await using telling = reporter()
    await telling.progress(request, progress)
    await edited.given
  })

  it('returns at once and never throws, whatever GitHub does', async () => {
    github.api.post('/app/installations/11/access_tokens').reply(401)

    await using telling = reporter()
    await telling.progress(request, progress)
    await eventually(() => expect(github.log.lines).toHaveLength(1))
  })

  it('is not written over the words of a successor', async () => {
    const check = vi.fn(async () => {
      throw new FenceLostError('overtaken')
    })
    expectSession()
    listComments().reply(200, [ours])

    await using telling = reporter({ fence: { check } })
    await telling.progress(request, progress)
    await eventually(() => expect(github.log.lines).toHaveLength(1))
  })
})

describe('the end', () => {
  it('is told by comment, reaction and check run, with one token', async () => {
    expectTold({ issues: 'write', checks: 'write' }, 3)
    listComments().reply(200, [ours])
    editComment('Finished.').reply(200, ours)
    reactToIssue().reply(201, {})
    github.api.get(`${repo}/commits/${commit}/check-runs`).query(true).reply(200, { total_count: 0, check_runs: [] })
    const body = {
      name: 'Airlock',
      head_sha: commit,
      external_id: request.id,
      status: 'completed',
      conclusion: 'success',
      output: { title: 'Done', summary: 'All well.', annotations: [] },
      actions: [],
    }
    github.api.post(`${repo}/check-runs`, body).reply(201, {})

    await using telling = reporter()
    await telling.finished(request, summary, commit)

    expect(github.log.lines).toEqual([])
    expect(uploads).toEqual([`airlock/3 ${commit}`])
    expect(noted).toEqual([`${request.repository.id} ${commit} ${request.id}`])
  })

  it('has the buttons of a held change on the pull request of ours that it was to go on in', async () => {
    const actions = [{ label: 'Approve', description: 'Publish it', identifier: 'approve:0123456789ab' }]
    const checkRuns = () => [{ ...words, actions }]
    const continues = { pullRequest: 3, branch: 'airlock/x', commits: [] }
    const held = { ...summary, held: { digest: 'd'.repeat(64), patch: '', until: null } }
    const wording = { running: () => '', finished: () => `${marker}\nFinished.`, checkRuns }
    for (const going of [{ continues }, {}]) {
      if ('continues' in going) expectTold({ issues: 'write', checks: 'write' }, 3)
      else expectTold({ issues: 'write' }, 2)
      listComments().reply(200, [ours])
      editComment('Finished.').reply(200, ours)
      reactToIssue().reply(201, {})
      if ('continues' in going) {
        const { sha } = request.base
        github.api.get(`${repo}/commits/${sha}/check-runs`).query(true).reply(200, { total_count: 0, check_runs: [] })
        github.api.post(`${repo}/check-runs`, (sent) => isDeepStrictEqual(sent.actions, actions)).reply(201, {})
      }
      await using telling = reporter({ wording })
      await telling.finished({ ...request, ...going }, held, null)
    }

    expect(github.log.lines).toEqual([])
  })

  it('has the button to run it again where it was to go on in a pull request of ours, but where another job does it', async () => {
    const going = { ...request, continues: { pullRequest: 3, branch: 'airlock/x', commits: [] } }
    const ends = [
      { outcome: 'failed', reason: 'agent-failed' },
      { outcome: 'cancelled', reason: 'by-person' },
      { outcome: 'joined', reason: 'joined-another-job' },
    ] as const
    for (const outcome of ends) {
      const isChecked = outcome.outcome !== 'joined'
      expectTold({ issues: 'write', ...(isChecked ? { checks: 'write' } : {}) }, isChecked ? 3 : 2)
      listComments().reply(200, [ours])
      editComment('Finished.').reply(200, ours)
      github.api.post(`${repo}/issues/3/reactions`).reply(201, {})
      if (isChecked) {
        const { sha } = request.base
        github.api.get(`${repo}/commits/${sha}/check-runs`).query(true).reply(200, { total_count: 0, check_runs: [] })
        github.api.post(`${repo}/check-runs`, ({ head_sha }) => head_sha === sha).reply(201, {})
      }
      await using telling = reporter()
      await telling.finished(going, { ...summary, outcome }, null)
    }

    expect(github.log.lines).toEqual([])
    expect(noted).toEqual([1, 2].map(() => `${request.repository.id} ${request.base.sha} ${request.id}`))
  })

  it('makes no second check run, and none where there is no commit', async () => {
    expectTold({ issues: 'write', checks: 'write' }, 3)
    expectTold({ issues: 'write' }, 2)
    for (const _round of [1, 2]) {
      listComments().reply(200, [ours])
      editComment('Finished.').reply(200, ours)
      reactToIssue().reply(200, {})
    }
    const run = {
      id: 1,
      name: 'Airlock',
      external_id: request.id,
      app: { id: app.appId },
      output: { annotations_count: 0 },
    }
    const made = { total_count: 1, check_runs: [run] }
    // Many jobs began from this commit: ours is on the second page.
    const others = Array.from({ length: 100 }, () => ({ ...run, external_id: 'another' }))
    const pages = [{ total_count: 101, check_runs: others }, made]
    for (const [at, answer] of pages.entries()) {
      const query = { app_id: app.appId, filter: 'all', per_page: 100, page: at + 1 }
      github.api.get(`${repo}/commits/${commit}/check-runs`).query(query).reply(200, answer)
    }

    await using first = reporter()
    await first.finished(request, summary, commit)
    await using second = reporter()
    await second.finished(request, summary, null)

    expect(uploads).toHaveLength(1)
  })

  it('reacts to the comment that asked, on a pull request with its own permission', async () => {
    const asked = requestOf({
      subject: { kind: 'pull-request', number: 3, title: 'A change' },
      trigger: { ...request.trigger, kind: 'command', commentId: 55 },
    })
    expectTold({ pull_requests: 'write' }, 2)
    listComments().reply(200, [ours])
    editComment('Finished.').reply(200, ours)
    github.api.post(`${repo}/issues/comments/55/reactions`, { content: 'rocket' }).reply(201, {})

    await using telling = reporter()
    await telling.finished(asked, summary, null)
  })

  it('is told as far as GitHub lets it: what is refused is logged and the rest goes on', async () => {
    expectTold({ issues: 'write', checks: 'write' }, 3)
    listComments().reply(403)
    reactToIssue().reply(410)
    github.api.get(`${repo}/commits/${commit}/check-runs`).query(true).reply(403)

    await using telling = reporter()
    await telling.finished(request, summary, commit)

    expect(github.log.lines).toHaveLength(3)
  })

  it('is told without check runs where the installation was not granted them', async () => {
    const minting = '/app/installations/11/access_tokens'
    github.api.post(minting, { repository_ids: [7], permissions: { issues: 'write', checks: 'write' } }).reply(422)
    expectSession()
    listComments().reply(200, [ours])
    const edited = editComment('Finished.').reply(200, ours)
    expectSession()
    reactToIssue().reply(201, {})
    github.api.post(minting, { repository_ids: [7], permissions: { checks: 'write' } }).reply(422)

    await using telling = reporter()
    await telling.finished(request, summary, commit)

    expect(edited.isDone()).toBe(true)
    expect(github.log.lines).toHaveLength(1)
  })

  it('is told again where GitHub asks to wait before the check runs, although the comment is there', async () => {
    expectTold({ issues: 'write', checks: 'write' }, 3)
    listComments().reply(200, [ours])
    editComment('Finished.').reply(200, ours)
    reactToIssue().reply(201, {})
    const looked = github.api.get(`${repo}/commits/${commit}/check-runs`).query(true)
    looked.reply(403, {}, { 'retry-after': '30' })

    await using telling = reporter()
    const told = telling.finished(request, summary, commit)

    await expect(told).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 30_000 })
  })

  it('writes the comment again that a person deleted', async () => {
    expectSession()
    listComments().reply(200, [])
    const made = heard()
    addComment('Running clone.').reply(201, made.answer)
    await using telling = reporter()
    await telling.progress(request, progress)
    await made.given

    expectTold({ issues: 'write' }, 2)
    editComment('Finished.').reply(404)
    listComments().reply(200, [])
    addComment('Finished.').reply(201, { ...ours, id: 71 })
    reactToIssue().reply(201, {})
    await telling.finished(request, summary, null)
  })

  it('says nothing for a job without a subject', async () => {
    await using telling = reporter()

    await telling.progress(requestOf({ subject: null }), progress)
    await telling.finished(requestOf({ subject: null }), summary, null)
  })
})
