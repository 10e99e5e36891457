import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import type { FollowTiming } from '../../worker/github/actions/follow-run.ts'
import { createSendJob, type Sent } from '../../worker/github/actions/send-job.ts'
import { createGrantedPermissions } from '../../worker/github/granted-permissions.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import type { StartedRun } from '../github/actions/workflow-runs.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository, WorkflowRun } from '../github/state/entities.ts'
import { createMemoryVault } from './memory-vault.ts'
import { createLog, openFence, requestOf } from './mock-github.ts'

const workflow = readFileSync('docs/examples/actions-job-caller.yml', 'utf8')
const patient: FollowTiming = { firstMs: 5, mostMs: 20, startMs: 60_000, endMs: 60_000 }
const zip = new Uint8Array([80, 75, 5, 6])

const sealTo = (jobId: string) => `the key of ${jobId}`

let github: GitHubStandIn
let repository: Repository
let request: JobRequest

beforeEach(async () => {
  github = await createGitHubStandIn({ openapi: true })
  github.grant({ actions: 'write' })
  const files = { '.github/workflows/airlock-job.yml': workflow }
  repository = await github.createRepository({ name: 'widgets', files })
  const { owner, name, id } = repository
  request = requestOf({
    installationId: github.installationId,
    repository: { id, owner: owner.login, name, private: true, defaultBranch: 'main' },
  })
})
afterEach(async () => {
  const { failures, unexpected, unusedFaults } = github
  const violations = github.requests.flatMap((made) => made.violations)
  const live = github.tokens.live().length
  await github[Symbol.asyncDispose]()
  const nothing = { failures: [], unexpected: [], violations: [], unusedFaults: [], live: 0 }
  expect({ failures, unexpected, violations, unusedFaults, live }).toEqual(nothing)
})

interface Sending {
  readonly timing?: FollowTiming
  readonly signal?: AbortSignal
  readonly sent?: JobRequest
}

function send({
  timing = patient,
  signal = new AbortController().signal,
  sent = request,
}: Sending = {}): Promise<Sent> {
  const { id: appId, privateKey, bot } = github.app
  const app = { appId, privateKey, baseUrl: `${github.url}/api/v3` }
  const tokens = createInstallationTokens({ ...app, vault: createMemoryVault(), log: createLog() })
  const granted = createGrantedPermissions(app)
  const sendJob = createSendJob({ tokens, granted, botLogin: async () => bot.login, sealTo, timing })
  return sendJob(sent, { folder: '/nowhere', fence: openFence, signal, onPlace: () => undefined })
}

function end(run: WorkflowRun, conclusion: 'success' | 'failure'): void {
  if (conclusion === 'success') {
    run.artifacts.push({ id: github.state.nextId(), name: 'airlock-handover', zip, createdAt: new Date() })
  }
  Object.assign(run, { status: 'completed', conclusion })
}

/** Each run ends at once, with the next of these. */
function runsEnd(...conclusions: ('success' | 'failure')[]): StartedRun[] {
  const started: StartedRun[] = []
  github.onRun((one) => {
    started.push(one)
    end(one.run, conclusions.shift() ?? 'failure')
  })
  return started
}

const byHand = (by: string) =>
  github.dispatch(repository, {
    by,
    workflow: 'airlock-job.yml',
    inputs: { job: request.id, digest: 'x', request: 'forged', seal: 'x' },
  })

describe('a job that is sent to GitHub Actions', () => {
  it('is dispatched with its id, the frozen request and its digest, and what it handed over comes back', async () => {
    const [started] = [runsEnd('success')]
    const sent = await send()
    expect(sent).toMatchObject({ kind: 'delivered', runId: repository.runs[0]?.id })
    expect(sent.kind === 'delivered' && [...sent.zip]).toEqual([...zip])
    const { inputs = {} } = started[0]?.run ?? {}
    expect(inputs.job).toBe(request.id)
    expect(inputs.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.parse(inputs.request ?? '')).toEqual(request)
    expect(inputs.seal).toBe(sealTo(request.id))
  })

  it('is sent once more where its machine was lost, and no third time', async () => {
    runsEnd('failure', 'success')
    expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(repository.runs).toHaveLength(2)
  })

  it('is lost after the second, also for an attempt that follows', async () => {
    runsEnd('failure', 'failure', 'success')
    expect(await send()).toMatchObject({ kind: 'lost' })
    expect(await send()).toMatchObject({ kind: 'lost' })
    expect(repository.runs).toHaveLength(2)
  })

  it('is given up where no runner takes it, and its run is cancelled', async () => {
    expect(await send({ timing: { ...patient, startMs: -1 } })).toMatchObject({ kind: 'lost' })
    expect(repository.runs.map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'cancelled'])
  })

  it('is followed, and not sent again, by whoever goes on after a crash', async () => {
    const stop = new AbortController()
    github.onRun(() => stop.abort('shutdown'))
    await expect(send({ signal: stop.signal })).rejects.toThrow()
    const [run] = repository.runs
    expect(run?.status).toBe('queued')
    if (run !== undefined) end(run, 'success')

    expect(await send()).toMatchObject({ kind: 'delivered', runId: run?.id })
    expect(repository.runs).toHaveLength(1)
  })

  it('is cancelled there when a person cancels it', async () => {
    const stop = new AbortController()
    const sending = send({ signal: stop.signal })
    await github.until(
      () => github.requests.some(({ template }) => template?.endsWith('/runs/{run_id}') === true),
      20_000,
    )
    stop.abort('by-person')
    await expect(sending).rejects.toThrow()
    expect(repository.runs.map(({ conclusion }) => conclusion)).toEqual(['cancelled'])
  })

  it('is not taken from a run that somebody else dispatched under its name', async () => {
    github.onRun(({ run }) => end(run, 'success'))
    const forged = await byHand('mallory')
    const sent = await send()
    expect(sent).toMatchObject({ kind: 'delivered' })
    expect(sent.kind === 'delivered' && sent.runId).not.toBe(forged.id)
  })

  it('is not taken from a run of its own that somebody started once more', async () => {
    let own = 0
    github.onRun(({ run }) => {
      if (run.attempt > 1) return end(run, 'success')
      own += 1
      if (own === 1) return github.rerun(repository, run, 'mallory')
      end(run, 'failure')
    })
    expect(await send()).toMatchObject({ kind: 'lost' })
  })

  it('is refused without the permission, which is named, and asks GitHub for nothing', async () => {
    github.grant({ actions: 'read' })
    expect(await send()).toMatchObject({ kind: 'refused', why: expect.stringContaining('actions: write') })
    expect(github.tokens.minted).toEqual([])
  })

  it('is refused where GitHub forbids the dispatch all the same, and says what to look at', async () => {
    github.failNext({ method: 'POST', path: /\/dispatches$/ }, { status: 403 })
    const why = expect.stringMatching(
      /answered 403[\s\S]*Are Actions on in this repository\?[\s\S]*Permissions & events/,
    )
    expect(await send()).toMatchObject({ kind: 'refused', reason: 'runner-unavailable', why })
    expect(repository.runs).toEqual([])
  })

  it('is refused where the repository has no workflow for it, or one that cannot be dispatched', async () => {
    await github.commit(repository, {
      ...{ branch: 'main', message: 'x', files: { '.github/workflows/airlock-job.yml': 'on: push\n' } },
    })
    expect(await send()).toMatchObject({ kind: 'refused', why: expect.stringContaining('does not start') })
    expect(repository.runs).toEqual([])
  })

  it('is refused where the request is larger than GitHub takes, and nothing of it is cut', async () => {
    const sent = { ...request, task: { ...request.task, text: 'x'.repeat(65_500) } }
    expect(await send({ sent })).toMatchObject({ kind: 'refused', why: expect.stringContaining('larger') })
  })
})
