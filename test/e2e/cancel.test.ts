import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

/** It would run for longer than any patience here. */
const sleeps = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt; sleep 900"]\n'
let world: World
let worker: LoggedProcess

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '1' })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

async function say({ repository, issue }: Asked, by: string, body: string) {
  const { delivery } = await world.github.comment(repository, issue.number, { by, body })
  const handled = await world.handled(delivery)
  const answer = repository.comments.find(({ body: text }) => text.includes(`airlock:job=${handled.jobId} `))
  return { ...handled, text: answer?.body ?? '' }
}

it('stops a job that runs and one that waits; nothing of them is published, and both are told', async () => {
  const running = await world.ask(await world.createRepository({ name: 'running', policy: sleeps }))
  await worker.waitFor(({ step, jobId }) => step === 'agent' && jobId === running.jobId, 120_000)
  const waiting = await world.ask(await world.createRepository({ name: 'waiting', policy: sleeps }))
  world.github.addCollaborator(running.repository, 'rita', 'read')

  expect((await say(running, 'ada', '/airlock status')).text).toMatch(/\*\*runs\*\*, step agent/)
  expect((await say(waiting, 'ada', '/airlock status')).text).toMatch(/\*\*waits\*\*, next in the queue/)
  expect(await say(running, 'rita', '/airlock cancel')).toMatchObject({ with: 'permission-too-low' })
  expect((await say(running, 'ada', '/airlock status')).text).not.toContain('being cancelled')

  expect((await say(waiting, 'ada', '/airlock cancel')).text).toContain('It has not begun')
  expect((await say(running, 'ada', '/airlock cancel')).text).toContain('is being cancelled')
  await world.ended(running.jobId, 120_000)
  await world.ended(waiting.jobId, 120_000)

  for (const asked of [running, waiting]) {
    const found = await outcomeOf(asked)
    expect(found).toMatchObject({ pullRequests: [], branches: [] })
    expect(found.comments[0]).toMatch(/^\*\*Cancelled\.\*\*/)
  }
  expect((await say(running, 'ada', '/airlock cancel')).text).toContain('nothing was cancelled')
}, 300_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
