import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type JobRequest, statusMarker } from '../../worker/contract/index.ts'
import { createBotLogin } from '../../worker/github/app-identity.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { createReporter } from '../../worker/github/reporter.ts'
import { git } from '../github/clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository } from '../github/state/entities.ts'
import { eventually } from '../queue/eventually.ts'
import { summaryOf } from './job-summary.ts'
import { createMemoryVault } from './memory-vault.ts'
import { createLog, type Logged, openFence, requestOf } from './mock-github.ts'

let standIn: GitHubStandIn
let repository: Repository
let request: JobRequest
let commit: string
let log: Logged

beforeEach(async () => {
  standIn = await createGitHubStandIn({ openapi: true })
  repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
  await standIn.openIssue(repository, { title: 'It is broken', by: 'ada' })
  commit = await git(repository.gitDir, undefined, 'rev-parse', 'main')
  log = createLog()
  const { owner, name, id } = repository
  request = requestOf({
    installationId: standIn.installationId,
    repository: { id, owner: owner.login, name, private: true, defaultBranch: 'main' },
    subject: { kind: 'issue', number: 1, title: 'It is broken' },
    trigger: { ...requestOf().trigger, receivedAt: new Date().toISOString() },
  })
})

afterEach(async () => {
  const { failures, unexpected, unusedFaults } = standIn
  const violations = standIn.requests.flatMap((made) => made.violations)
  const live = standIn.tokens.live().length
  await standIn[Symbol.asyncDispose]()
  const nothing = { failures: [], unexpected: [], violations: [], unusedFaults: [], live: 0 }
  expect({ failures, unexpected, violations, unusedFaults, live }).toEqual(nothing)
})

function reporter() {
  const { id: appId, privateKey } = standIn.app
  const app = { appId, privateKey, baseUrl: `${standIn.url}/api/v3` }
  return createReporter({
    tokens: createInstallationTokens({ ...app, vault: createMemoryVault(), log }),
    botLogin: createBotLogin(app),
    log,
    fence: openFence,
    wording: {
      running: ({ id }, { step }) => `${statusMarker(id)}\nRunning ${step}.`,
      finished: ({ id }) => `${statusMarker(id)}\nFinished.`,
      checkRun: () => ({ title: 'Done', summary: 'All well.', conclusion: 'success' }),
    },
  })
}

const bodies = () => repository.comments.map(({ body }) => body.split('\n')[1])

describe('a report to GitHub', () => {
  it('is one comment, edited as the job goes on, one check run and one reaction', async () => {
    await using telling = reporter()
    await telling.progress(request, { step: 'clone', startedAt: 0, finished: [], activity: null })
    await eventually(() => expect(bodies()).toEqual(['Running clone.']))
    await telling.finished(request, summaryOf(request, commit), commit)

    expect(bodies()).toEqual(['Finished.'])
    expect(repository.checkRuns.map(({ name, headSha, conclusion }) => [name, headSha, conclusion])).toEqual([
      ['Airlock', commit, 'success'],
    ])
    expect(repository.reactions.map(({ content }) => content)).toEqual(['rocket'])
    expect(log.lines).toEqual([])
  })

  it.each([
    ['comment', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
    ['check run', '/repos/{owner}/{repo}/check-runs'],
    ['reaction', '/repos/{owner}/{repo}/issues/{issue_number}/reactions'],
  ])('has one %s when GitHub made it and did not say so, and when it is done twice', async (_what, path) => {
    standIn.failNext({ method: 'POST', path }, 'timeout-after-effect')

    for (const _attempt of [1, 2]) {
      await using telling = reporter()
      await telling.finished(request, summaryOf(request, commit), commit)
    }

    expect(bodies()).toEqual(['Finished.'])
    expect(repository.checkRuns).toHaveLength(1)
    expect(repository.reactions).toHaveLength(1)
    expect(log.lines).toEqual([])
  })
})
