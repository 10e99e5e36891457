import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CheckRunText, type JobRequest, statusMarker } from '../../worker/contract/index.ts'
import { createBotLogin } from '../../worker/github/app-identity.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { createReporter } from '../../worker/github/reporter.ts'
import { type Fence, FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { git } from '../github/clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { CheckRun, Repository } from '../github/state/entities.ts'
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

function reporter({ checks = [check()], fence = openFence }: Partial<Told> = {}) {
  const { id: appId, privateKey } = standIn.app
  const app = { appId, privateKey, baseUrl: `${standIn.url}/api/v3` }
  return createReporter({
    tokens: createInstallationTokens({ ...app, vault: createMemoryVault(), log }),
    botLogin: createBotLogin(app),
    log,
    fence,
    checks: { appId, note: async () => undefined },
    codeScanning: { upload: async () => undefined },
    wording: {
      running: ({ id }, { step }) => `${statusMarker(id)}\nRunning ${step}.`,
      finished: ({ id }) => `${statusMarker(id)}\nFinished.`,
      checkRuns: () => checks,
    },
  })
}

interface Told {
  readonly checks: readonly CheckRunText[]
  readonly fence: Fence
}

function check(change: Partial<CheckRunText> = {}): CheckRunText {
  return { name: 'Airlock', title: 'Done', summary: 'All well.', conclusion: 'success', annotations: [], ...change }
}

const bodies = () => repository.comments.map(({ body }) => body.split('\n')[1])

describe('a report to GitHub', () => {
  it('is one comment, edited as the job goes on, one check run and one reaction', async () => {
    await using telling = reporter()
    await telling.progress(request, { step: 'clone', elapsedMs: 0, finished: [], activity: null, costUsd: 0 })
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
    ['list of check runs', '/repos/{owner}/{repo}/commits/{ref}/check-runs', 'GET'],
    ['reaction', '/repos/{owner}/{repo}/issues/{issue_number}/reactions'],
  ])(
    'has one %s when GitHub made it and did not say so, and when it is done twice',
    async (_what, path, method = 'POST') => {
      standIn.failNext({ method, path }, 'timeout-after-effect')

      for (const _attempt of [1, 2]) {
        await using telling = reporter()
        await telling.finished(request, summaryOf(request, commit), commit)
      }

      expect(bodies()).toEqual(['Finished.'])
      expect(repository.checkRuns).toHaveLength(1)
      expect(repository.reactions).toHaveLength(1)
      expect(log.lines).toEqual([])
    },
  )
})

describe('check runs', () => {
  const gates = ['secrets', 'licenses', 'size'].map((gate) => `Airlock / ${gate}`)
  const lines = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  const annotations = (count: number): CheckRunText['annotations'] =>
    lines(count).map((line) => ({ path: 'a.txt', line, level: 'warning', title: 'size/x', message: 'Look here.' }))
  const checks = [check(), ...gates.map((name) => check({ name, annotations: annotations(1) }))]
  const names = () => repository.checkRuns.map(({ name }) => name)
  const linesOf = (run: CheckRun | undefined) => run?.annotations.map(({ start_line: line }) => line)

  async function tell(told: Partial<Told>): Promise<void> {
    await using telling = reporter(told)
    await telling.finished(request, summaryOf(request, commit), commit)
  }

  it('are listed once and made with one request each', async () => {
    await tell({ checks })

    const asked = standIn.requests.filter(({ path }) => path.includes('check-runs')).map(({ method }) => method)
    expect(names()).toEqual(['Airlock', ...gates])
    expect(asked).toEqual(['GET', 'POST', 'POST', 'POST', 'POST'])
  })

  it('are one set after an attempt that ended in the middle of them', async () => {
    const check = async () => {
      if (repository.checkRuns.length === 2) throw new FenceLostError('overtaken')
    }
    await tell({ checks, fence: { check } })
    expect(names()).toEqual(['Airlock', gates[0]])

    await tell({ checks })

    expect(names()).toEqual(['Airlock', ...gates])
    expect(repository.checkRuns.map(({ annotations: of }) => of.length)).toEqual([0, 1, 1, 1])
  })

  it.each([50, 51, 120])('with %i annotations have each of them once', async (count) => {
    await tell({ checks: [check({ annotations: annotations(count) })] })
    await tell({ checks: [check({ annotations: annotations(count) })] })

    expect(linesOf(repository.checkRuns[0])).toEqual(lines(count))
    expect(log.lines).toEqual([])
  })

  it.each(['POST', 'PATCH'])('have each annotation once when the answer to a %s was lost', async (method) => {
    const path =
      method === 'POST' ? '/repos/{owner}/{repo}/check-runs' : '/repos/{owner}/{repo}/check-runs/{check_run_id}'
    standIn.failNext({ method, path }, 'timeout-after-effect')

    await tell({ checks: [check({ annotations: annotations(120) })] })

    expect(linesOf(repository.checkRuns[0])).toEqual(lines(120))
  })

  it('get the rest of their annotations from a second attempt', async () => {
    const path = '/repos/{owner}/{repo}/check-runs/{check_run_id}'
    standIn.failNext({ method: 'PATCH', path }, { status: 403 })
    await tell({ checks: [check({ annotations: annotations(120) })] })
    expect(linesOf(repository.checkRuns[0])).toEqual(lines(50))

    await tell({ checks: [check({ annotations: annotations(120) })] })

    expect(linesOf(repository.checkRuns[0])).toEqual(lines(120))
  })

  it('of another App that bear our name and the id of the job are not taken for ours', async () => {
    await tell({ checks })
    const [forged, ...rest] = repository.checkRuns.splice(0).map((run) => ({ ...run, appId: 15_368 }))
    if (forged === undefined) throw new Error('there is no check run')
    repository.checkRuns.push(forged, ...rest)

    await tell({ checks })

    const ours = repository.checkRuns.filter(({ appId }) => appId === standIn.app.id)
    expect(ours.map(({ name }) => name)).toEqual(['Airlock', ...gates])
  })

  it('that GitHub does not like keep no others away, and the log says so', async () => {
    const path = '/repos/{owner}/{repo}/check-runs'
    standIn.failNext({ method: 'POST', path }, { status: 422 })

    await tell({ checks })

    expect(names()).toEqual(gates)
    expect(log.lines).toHaveLength(1)
  })
})
