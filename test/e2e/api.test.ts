import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type JobAnswer, jobAnswerSchema } from '../../app/api/schemas.ts'
import { listRefs } from '../github/git/refs.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { startWorld, type World } from './start-world.ts'

const copiesTask = 'agent: command\ncommand: [sh, -c, "cp $AIRLOCK_TASK_FILE task.md"]\n'
const sleeps = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt; sleep 900"]\n'
const classic = { kind: 'classic', scopes: ['repo'] } as const

let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

async function call(path: string, method: string, body?: object): Promise<JobAnswer> {
  const authorization = `Bearer ${world.github.userToken('ada', classic)}`
  const response = await fetch(`${world.installation.appUrl}${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  expect({ status: response.status, answer }).toMatchObject({ status: method === 'GET' ? 200 : 202 })
  return jobAnswerSchema.parse(answer)
}

const ask = (body: object) => call('/api/jobs', 'POST', body)
const show = ({ id }: Pick<JobAnswer, 'id'>) => call(`/api/jobs/${id}`, 'GET')

it('makes a pull request of a request that names no issue, with checks and without a comment', async () => {
  const repository = await world.createRepository({ name: 'alone', policy: copiesTask })

  const asked = await ask({ repository: 'acme/alone', task: 'Mend the sum.\n\n@everybody look' })
  await world.ended(asked.id, 120_000)

  const job = await show(asked)
  expect(job).toMatchObject({ state: 'ended', outcome: 'published', reason: 'pull-request-opened' })
  const [issue] = repository.issues
  expect(issue).toMatchObject({ title: 'Mend the sum.', body: expect.stringContaining('asked by ada') })
  expect(job.links.pullRequest).toMatch(/\/acme\/alone\/pull\/1$/)
  expect(job.branch).toBe(`airlock/api-${asked.id.slice(0, 10)}`)
  const branches = (await listRefs(repository.gitDir, 'refs/heads/')).map(({ ref }) => ref)
  expect(branches.toSorted()).toEqual([`refs/heads/${job.branch}`, 'refs/heads/main'])
  expect(repository.checkRuns.length).toBeGreaterThan(0)
  expect(repository.comments).toEqual([])
}, 180_000)

it('opens an issue where the change of a request that names none is held, and what is approved there is published', async () => {
  const policy = `${copiesTask}gates: { protected: ["task.md"] }\n`
  const repository = await world.createRepository({ name: 'guarded', policy })
  for (const [login, permission] of [
    ['bea', 'write'],
    ['rita', 'read'],
  ] as const) {
    world.github.addCollaborator(repository, login, permission)
  }
  const asked = await ask({ repository: 'acme/guarded', task: 'Mend the sum.' })
  await world.ended(asked.id, 120_000)

  const held = await show(asked)
  const [issue, ...others] = repository.issues
  expect([held.outcome, held.links.decision, others]).toEqual(['held', expect.stringMatching(/\/issues\/1$/), []])
  const said = repository.comments.at(-1)?.body ?? ''
  const digest = /approve ([0-9a-f]{12})`/.exec(said)?.[1] ?? ''
  const say = async (by: string) => {
    const body = `/airlock approve ${digest}`
    const { delivery } = await world.github.comment(repository, issue?.number ?? 0, { by, body })
    return await world.handled(delivery)
  }
  expect(await say('rita')).toMatchObject({ with: 'permission-too-low' })
  const known = await world.jobs()
  expect(await say('bea')).toMatchObject({ with: 'approved' })
  for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id, 120_000)

  const [pull] = repository.issues.filter((one) => one.pull !== undefined)
  expect(pull?.body).toContain(`Closes #${issue?.number}.`)
}, 240_000)

it('tells of a job for an issue in its status comment, and closes the issue with the pull request', async () => {
  const repository = await world.createRepository({ name: 'issue', policy: copiesTask })
  const { issue } = await world.github.openIssue(repository, { by: 'rita', title: 'Broken', body: 'It is.' })

  const asked = await ask({ repository: 'acme/issue', task: 'Mend it.', issue: issue.number })
  await world.ended(asked.id, 120_000)

  expect(await show(asked)).toMatchObject({ outcome: 'published', issue: issue.number })
  expect(repository.comments.map(({ body }) => body)).toEqual([expect.stringContaining(`airlock:job=${asked.id}`)])
  expect(repository.issues.find(({ pull }) => pull)?.body).toMatch(/^Closes #1\./)
}, 180_000)

it('shows how far a job is, and stops it', async () => {
  const repository = await world.createRepository({ name: 'sleeps', policy: sleeps })
  const asked = await ask({ repository: 'acme/sleeps', task: 'Sleep.' })
  await vi.waitFor(async () => expect(await show(asked)).toMatchObject({ state: 'running', step: 'agent' }), {
    timeout: 60_000,
    interval: 500,
  })

  expect(await call(`/api/jobs/${asked.id}`, 'DELETE')).toMatchObject({ cancelling: true })
  await world.ended(asked.id, 60_000)

  expect(await show(asked)).toMatchObject({ state: 'ended', outcome: 'cancelled', reason: 'by-person' })
  expect(repository.issues).toEqual([])
}, 180_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
