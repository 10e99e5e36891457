import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isQuarantined, jobRequestSchema } from '../../../worker/contract/index.ts'
import { commitFiles } from '../../github/state/create-repository.ts'
import { type ApiWorld, bearer, classic, errorIn, jobIn, startApiWorld } from './api-world.ts'

let world: ApiWorld
const task = { repository: 'acme/library', task: 'Mend the sum.' }

beforeEach(async () => {
  world = await startApiWorld()
})
afterEach(async () => {
  const { github } = world
  expect(github.unexpected).toEqual([])
  expect(github.failures).toEqual([])
  expect(github.requests.flatMap((request) => request.violations)).toEqual([])
  expect(github.tokens.live()).toEqual([])
  await world[Symbol.asyncDispose]()
})

describe('a request for a job', () => {
  it('is a job with the words of the caller, and the caller as the one who asked', async () => {
    const reply = await world.ask(task)

    const job = jobIn(reply)
    expect(job).toMatchObject({ state: 'waiting', place: 1, askedBy: 'ada', repository: 'acme/library', outcome: null })
    expect(reply.headers.get('location')).toBe(`/api/jobs/${job.id}`)
    expect(await world.request(job.id)).toMatchObject({
      id: job.id,
      subject: null,
      actor: { login: 'ada' },
      trigger: { kind: 'api', commentId: null },
      task: { text: task.task, askedLength: task.task.length },
      base: { ref: 'main' },
    })
  })

  it('that names no issue does not get around the quarantine of CI', async () => {
    const policy = { '.github/airlock.yml': 'handoff: { ci: quarantine }\n' }
    await world.github.commit(world.repository, { branch: 'main', message: 'x', files: policy })

    const request = jobRequestSchema.parse(await world.request(jobIn(await world.ask(task)).id))

    expect(isQuarantined(request)).toBe(true)
    expect(isQuarantined({ ...request, installationId: null })).toBe(false)
  })

  it('may be for an issue, whose text is quoted and whose labels are taken over', async () => {
    const { issue } = await world.github.openIssue(world.repository, {
      by: 'rita',
      title: 'Off by one',
      body: 'By one.',
      labels: ['bug'],
    })

    const job = jobIn(await world.ask({ ...task, issue: issue.number }))

    expect(job).toMatchObject({ issue: issue.number, links: { subject: `${world.github.url}/acme/library/issues/1` } })
    expect(await world.request(job.id)).toMatchObject({
      subject: { kind: 'issue', number: 1, title: 'Off by one' },
      task: { text: 'Mend the sum.\n\nThis was asked on Issue #1: Off by one\n\nBy one.', askedLength: 13 },
      sorting: { labels: ['bug'] },
    })
  })

  it('may name a branch, an agent and a model; instructions for agents stay those of the default branch', async () => {
    const { github, repository } = world
    const policy = { '.github/airlock.yml': 'models: [claude-*]\n' }
    const main = await github.commit(repository, { branch: 'main', message: 'policy', files: policy })
    const other = await commitFiles(repository, {
      branch: 'release/1',
      message: 'x',
      files: { a: 'b' },
      by: repository.owner,
    })

    const job = jobIn(await world.ask({ ...task, base: 'release/1', agent: 'pi', model: 'claude-haiku-5' }))

    expect(job.agent).toBe('pi')
    expect(await world.request(job.id)).toMatchObject({
      base: { ref: 'release/1', sha: other },
      instructionsSha: main,
      agent: 'pi',
      policy: { model: 'claude-haiku-5' },
    })
  })

  it('is refused with the reason and what is wrong where a comment would be', async () => {
    const { github, repository } = world
    const { issue } = await github.openIssue(repository, { by: 'ada', title: 'x' })
    const policy = 'models: [claude-*]\nlimits: { minuts: 3 }\n'

    expect(errorIn(await world.ask({ ...task, base: 'nowhere' }), 422)).toMatchObject({ reason: 'base-missing' })
    expect(errorIn(await world.ask({ ...task, agent: 'command' }), 422)).toMatchObject({ reason: 'agent-unavailable' })
    expect(errorIn(await world.ask({ ...task, issue: 99 }), 400).message).toContain('no issue #99')
    expect(errorIn(await world.ask({ ...task, pullRequest: issue.number }), 400).message).toContain(
      'no pull request #1',
    )
    await github.commit(repository, { branch: 'main', message: 'x', files: { '.github/airlock.yml': policy } })
    const broken = errorIn(await world.ask(task), 422)

    expect(broken).toMatchObject({ code: 'refused', reason: 'policy-invalid' })
    expect(broken.message).toContain('.github/airlock.yml:2: limits.minuts')
    expect(await world.jobs()).toEqual([])
  })

  it('under a broken policy is refused, and whoever keeps the policy is told by one issue, which is closed when it is mended', async () => {
    const { github, repository } = world
    const keep = (policy: string) =>
      github.commit(repository, { branch: 'main', message: 'x', files: { '.github/airlock.yml': policy } })
    await keep('limits: { minuets: 1 }\n')

    for (const _turn of [1, 2]) expect(errorIn(await world.ask(task), 422)).toMatchObject({ reason: 'policy-invalid' })
    expect(repository.issues).toMatchObject([{ state: 'open', body: expect.stringContaining('limits.minuets') }])
    await keep('limits: { minutes: 1 }\n')
    jobIn(await world.ask(task))

    expect(repository.issues).toMatchObject([{ state: 'closed' }])
  })

  it("takes no model that the policy's list leaves out", async () => {
    const policy = { '.github/airlock.yml': 'models: [claude-*]\n' }
    await world.github.commit(world.repository, { branch: 'main', message: 'x', files: policy })

    expect(errorIn(await world.ask({ ...task, model: 'gpt-5' }), 422)).toMatchObject({ reason: 'model-unavailable' })
    expect(await world.jobs()).toEqual([])
  })

  it('is asked about where a pull request for the issue is open already, and starts with anyway', async () => {
    const { github, repository } = world
    const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Broken' })
    await commitFiles(repository, { branch: 'mend', message: 'x', files: { a: 'b' }, by: repository.owner })
    const pull = { by: 'ada', title: 'Mend it', head: 'mend', base: 'main', body: `Closes #${issue.number}` }
    const opened = await github.openPullRequest(repository, pull)

    const asked = errorIn(await world.ask({ ...task, issue: issue.number }), 409)

    const open = [{ number: opened.issue.number, title: 'Mend it', isOurs: false }]
    expect(asked).toMatchObject({ code: 'open-already', open })
    expect(await world.jobs()).toEqual([])
    jobIn(await world.ask({ ...task, issue: issue.number, anyway: true }))
  })
})

describe('an idempotency key', () => {
  it('makes one job of the same request, however often and at the same time', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => world.ask(task, { key: 'nightly-7' })))
    replies.push(await world.ask(task, { key: 'nightly-7' }))

    expect(new Set(replies.map((reply) => jobIn(reply).id)).size).toBe(1)
    expect(await world.jobs()).toHaveLength(1)
    expect(new Set((await Promise.all([world.ask(task), world.ask(task)])).map((reply) => jobIn(reply).id)).size).toBe(
      2,
    )
  })

  it('is refused for another request, and is another job of another caller', async () => {
    world.github.addCollaborator(world.repository, 'grace', 'write')
    const first = jobIn(await world.ask(task, { key: 'one' }))

    const other = await world.ask({ ...task, task: 'Something else.' }, { key: 'one' })
    const hers = jobIn(await world.ask(task, { key: 'one', token: world.github.userToken('grace', classic) }))

    expect(errorIn(other, 409)).toMatchObject({ code: 'key-used' })
    expect(hers.id).not.toBe(first.id)
    expect(await world.jobs()).toHaveLength(2)
  })
})

describe('a job', () => {
  it('is told and stopped', async () => {
    const { id } = jobIn(await world.ask(task))

    const shown = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })
    const wait = { quota: "the day's jobs of acme, 9", until: '2026-11-30T00:00:00.000Z' }
    await world.redis.redis.hset(`airlock:ledger:jobs:entry:${id}`, { waits: JSON.stringify(wait) })
    const overQuota = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })
    const stopped = await world.send(`/api/jobs/${id}`, { method: 'DELETE', headers: bearer(world.token) })
    const after = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })

    expect(jobIn(shown, 200)).toMatchObject({ id, state: 'waiting', waitsFor: null, cancelling: false })
    expect(jobIn(overQuota, 200)).toMatchObject({ id, state: 'waiting', waitsFor: wait.quota })
    expect(jobIn(stopped)).toMatchObject({ id, cancelling: true })
    expect(jobIn(after, 200)).toMatchObject({ id, cancelling: true })
  })

  it('that has ended is told with how it ended, and is not stopped any more', async () => {
    const { id } = jobIn(await world.ask(task))
    const result = {
      outcome: { outcome: 'published', reason: 'pull-request-opened' },
      branch: 'airlock/api-0123456789',
      commit: 'a'.repeat(40),
      pullRequestUrl: 'https://github.example.com/acme/library/pull/1',
      usage: { requests: 3, inputTokens: 10, outputTokens: 20, costUsd: 0.25 },
    }
    const entry = `airlock:ledger:jobs:entry:${id}`
    await world.redis.redis.hset(entry, { state: 'done', result: JSON.stringify(result) })

    const shown = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })
    const stopped = await world.send(`/api/jobs/${id}`, { method: 'DELETE', headers: bearer(world.token) })

    expect(jobIn(shown, 200)).toMatchObject({
      ...{ state: 'ended', place: null, outcome: 'published', reason: 'pull-request-opened' },
      ...{ branch: result.branch, usage: result.usage, links: { pullRequest: result.pullRequestUrl } },
    })
    expect(errorIn(stopped, 409)).toMatchObject({ code: 'too-late' })
  })
})
