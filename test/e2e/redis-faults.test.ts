import { once } from 'node:events'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { createDeliveryRequest } from '../github/webhooks/delivery-request.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const soon = { timeout: 60_000, interval: 50 }
const endMs = 60_000

let world: World
let worker: LoggedProcess
/** The one that runs now, once the installation's own was killed. */
let redis: EmbeddedRedis | null = null
let count = 0

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

async function killRedis(): Promise<void> {
  const connection = await connectRedis({ url: world.installation.redisUrl, log: { warn: () => undefined } })
  const pid = Number(/^process_id:(\d+)/m.exec(await connection.info('server'))?.[1])
  const closed = once(connection, 'close')
  process.kill(pid, 'SIGKILL')
  await closed
  connection.disconnect()
}

/** On what the killed one left on the disk. */
async function startRedisAgain(): Promise<void> {
  redis = await startEmbeddedRedis(dirname(world.installation.redisUrl))
  await vi.waitFor(async () => expect((await fetch(`${world.installation.appUrl}/ready`)).status).toBe(200), soon)
}

/** A repository of its own with an issue. */
async function openIssue(policy?: string) {
  count += 1
  const repository = await world.createRepository({
    name: `repository-${count}`,
    ...(policy === undefined ? {} : { policy }),
  })
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Mend it' })
  const label = async () => {
    const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
    return delivery
  }
  return { repository, issue, label }
}

async function expectOneJob(
  { repository, issue }: Omit<Asked, 'jobId'>,
  delivery: Delivery,
  jobsBefore: readonly string[],
): Promise<void> {
  const { jobId } = await world.handled(delivery)
  await world.ended(jobId, endMs)
  const found = await outcomeOf({ repository, issue, jobId })
  expect(found.pullRequests).toHaveLength(1)
  expect(found.branches).toHaveLength(1)
  expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
  expect((await world.jobs()).filter((id) => !jobsBefore.includes(id))).toEqual([jobId])
}

describe('a trigger', () => {
  let jobsBefore: string[] = []
  beforeEach(async () => {
    jobsBefore = await world.jobs()
  })

  it('is one job, however often it is delivered at once', async () => {
    const { label, ...at } = await openIssue()
    world.github.deliverTo(undefined)
    const { id } = await label()
    world.github.deliverTo(`${world.installation.appUrl}/api/github/webhooks`)

    const again = () => world.github.redeliver(id)
    const [first, ...others] = await Promise.all([again(), ...Array.from({ length: 99 }, again)])

    const deliveries = [first, ...others]
    const answers = deliveries.map(({ statusCode, responseBody }) => `${statusCode} ${responseBody.trim()}`)
    expect(answers.toSorted()).toEqual(['202 accepted', ...Array.from({ length: 99 }, () => '202 duplicate')])
    await expectOneJob(at, first, jobsBefore)
  })

  it('is one job, although GitHub tells of it in two deliveries', async () => {
    const { label, ...at } = await openIssue()
    const delivery = await label()

    const { app } = world.github
    const again = createDeliveryRequest({
      appId: app.id,
      secret: app.webhookSecret,
      event: delivery.event,
      guid: 'another-delivery',
      payload: delivery.payload,
    })
    const answer = await fetch(delivery.url, { method: 'POST', ...again })

    expect(await answer.text()).toBe('duplicate\n')
    await expectOneJob(at, delivery, jobsBefore)
  })

  it('is a second job when the label was taken off and set again', async () => {
    const { label, ...at } = await openIssue()
    const first = await world.handled(await label())
    await world.ended(first.jobId, endMs)
    expect(at.issue.labels).toEqual([])
    const [pullRequest] = (await outcomeOf({ ...at, jobId: first.jobId })).pullRequests
    if (pullRequest === undefined) throw new Error('there is no pull request')
    await world.github.closeIssue(at.repository, pullRequest.number, { by: 'ada' })

    const second = await world.handled(await label())
    await world.ended(second.jobId, endMs)

    const found = await outcomeOf({ ...at, jobId: second.jobId })
    expect(second).toMatchObject({ kind: 'enqueued', jobId: expect.not.stringContaining(first.jobId) })
    expect(found.pullRequests).toHaveLength(2)
    expect(found.branches).toHaveLength(2)
    expect(found.comments).toHaveLength(2)
  })
})

describe('Redis', () => {
  let jobsBefore: string[] = []
  beforeEach(async () => {
    jobsBefore = await world.jobs()
  })

  it('being away is a 503, and what GitHub sends again afterwards is one job', async () => {
    const { label, ...at } = await openIssue()
    await killRedis()

    const refused = await label()
    const ready = await fetch(`${world.installation.appUrl}/ready`)
    await startRedisAgain()
    const again = await world.github.redeliver(refused.id)

    expect(refused.statusCode).toBe(503)
    expect(ready.status).toBe(503)
    expect(again).toMatchObject({ statusCode: 202, responseBody: 'accepted\n' })
    await expectOneJob(at, again, jobsBefore)
  })

  it('killed with -9 loses no trigger that was accepted', async () => {
    const { label, ...at } = await openIssue()
    // The app is held at its first word to GitHub: accepted, and nothing more.
    const path = /^\/app\/installations\/\d+\/access_tokens$/
    const held = world.github.hold({ method: 'POST', path }, 'before')
    const delivery = await label()
    await held.reached
    await killRedis()
    held.release()
    await startRedisAgain()

    expect(delivery.statusCode).toBe(202)
    await expectOneJob(at, delivery, jobsBefore)
  })

  it('killed with -9 under a running job costs it nothing', async () => {
    const { label, ...at } = await openIssue(standsStill)
    const delivery = await label()
    const { jobId } = await world.handled(delivery)
    const still = await untilStandingStill(worker, jobId)

    await killRedis()
    await startRedisAgain()
    await letGo(world.dataDir, still)

    await expectOneJob(at, delivery, jobsBefore)
    const agents = worker.lines.filter((line) => line.jobId === jobId && line.step === 'agent')
    expect(agents).toHaveLength(1)
  })

  it('left no token alive', () => expect(world.github.tokens.live()).toEqual([]))
})

it('GitHub was asked for nothing that it does not know, and every fault was met', () => expectKeptRules(world.github))
