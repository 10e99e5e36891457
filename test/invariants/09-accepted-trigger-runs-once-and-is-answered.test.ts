import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { intakeId } from '../../worker/queue/intake-id.ts'
import { queueNames, queuePrefix } from '../../worker/queue/settings.ts'
import { expectKeptRules } from '../e2e/expect-kept-rules.ts'
import { outcomeOf } from '../e2e/outcome-of.ts'
import type { LoggedProcess } from '../e2e/process-log.ts'
import { startWorld, type World } from '../e2e/start-world.ts'
import type { Issue, Repository } from '../github/state/entities.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { createDeliveryRequest } from '../github/webhooks/delivery-request.ts'
import { createHostileRepository } from './hostile-repository.ts'

const does = (line: string) => ({ agent: 'command', command: ['sh', '-c', line] })

let world: World
let worker: LoggedProcess
let redis: Redis

beforeAll(async () => {
  world = await startWorld()
  redis = await connectRedis({ url: world.installation.redisUrl, log: { warn: () => undefined } })
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
})
afterAll(async () => {
  redis?.disconnect()
  await world?.[Symbol.asyncDispose]()
})

async function openIssue(repository: Repository): Promise<Issue> {
  return (await world.github.openIssue(repository, { by: 'ada', title: 'Mend it' })).issue
}

async function label(repository: Repository, { number }: Issue): Promise<Delivery> {
  return (await world.github.label(repository, number, { by: 'ada', name: 'airlock' })).delivery
}

/** The same event with a name of its own, as when GitHub has two hooks for one App. */
async function deliverAgain({ event, payload }: Delivery): Promise<number> {
  const { id, webhookSecret } = world.github.app
  const request = createDeliveryRequest({ appId: id, secret: webhookSecret, event, guid: randomUUID(), payload })
  const answer = await fetch(`${world.installation.appUrl}/api/github/webhooks`, { method: 'POST', ...request })
  return answer.status
}

/** How often a worker came to the job's end, however short its way there was. */
function runsOf(jobId: string): number {
  return worker.lines.filter((line) => line.msg === 'job ended' && line.jobId === jobId).length
}

/** BullMQ drops what is done sooner or later; only the ledger remembers then. */
async function forgetFinished(): Promise<void> {
  for (const name of Object.values(queueNames)) {
    const queue = new Queue(name, { connection: redis, prefix: queuePrefix })
    await queue.clean(0, 1000, 'completed')
    await queue.close()
  }
}

describe('9. an accepted trigger runs once', () => {
  it('when its delivery comes a hundred times at once, and others tell of the same event', async () => {
    const before = await world.jobs()
    const repository = await createHostileRepository(world, 'hundredfold', does('echo x >x.txt'))
    const issue = await openIssue(repository)

    const first = await label(repository, issue)
    const again = await Promise.all(Array.from({ length: 100 }, () => world.github.redeliver(first.id)))
    const others = await Promise.all(Array.from({ length: 10 }, () => deliverAgain(first)))

    const { jobId } = await world.handled(first)
    await world.ended(jobId)
    await forgetFinished()
    const late = await world.github.redeliver(first.id)
    // The control: another event is another job. By its end, whatever the late delivery could start has started.
    const other = await world.handled(await label(repository, await openIssue(repository)))
    await world.ended(other.jobId)

    const { comments } = await outcomeOf({ repository, issue, jobId })
    const statuses = [...again, late].map(({ statusCode }) => statusCode)
    expect(new Set([...statuses, ...others])).toEqual(new Set([202]))
    expect([runsOf(jobId), runsOf(other.jobId)]).toEqual([1, 1])
    expect(await world.jobs()).toHaveLength(before.length + 2)
    expect(repository.issues.filter(({ pull }) => pull !== undefined)).toHaveLength(2)
    expect(comments).toHaveLength(1)
  })
})

describe('9. an accepted trigger is written down before it is acknowledged', () => {
  it('waits with its answer to GitHub until Redis has it', async () => {
    const repository = await createHostileRepository(world, 'written-down', does('echo x >x.txt'))
    const issue = await openIssue(repository)
    const entries = async () => (await redis.keys('airlock:ledger:intake:entry:*')).length
    const before = await entries()
    await redis.call('CLIENT', 'PAUSE', '1000', 'WRITE')
    const pausedAt = Date.now()

    let answeredAt = 0
    const answering = label(repository, issue).then((delivery) => {
      answeredAt = Date.now()
      return delivery
    })
    await sleep(500)
    const seen = { answeredAt, entries: await entries() }
    const delivery = await answering
    const written = await redis.keys('airlock:ledger:intake:entry:*')
    const told = await world.installation.app.waitFor(
      ({ msg, deliveryId }) => msg === 'trigger event' && deliveryId === delivery.guid,
      5000,
    )

    expect(seen).toEqual({ answeredAt: 0, entries: before })
    expect(delivery.statusCode).toBe(202)
    expect(answeredAt - pausedAt).toBeGreaterThan(900)
    expect(written).toContain(`airlock:ledger:intake:entry:${intakeId(String(told.eventKey))}`)
    await world.ended((await world.handled(delivery)).jobId)
  })
})

describe('9. an accepted trigger is always answered, also when the answer is no', () => {
  it.concurrent.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['done', does('echo x >x.txt'), 'Done.'],
    ['nothing to change', does('true'), 'No changes.'],
    [
      'something that a gate forbids',
      does('mkdir -p .github/workflows; echo "on: push" >.github/workflows/x.yml'),
      '(Blocked|Held).',
    ],
    ['an agent that fails', does('exit 1'), 'Failed.'],
    ['an agent that never ends', { ...does('sleep 60'), limits: { minutes: 0.01 } }, 'Failed.'],
    ['setup that fails', { ...does('true'), setup: { run: ['exit 7'] } }, 'Failed.'],
    ['something unsafe', does('ln -s /etc/passwd link'), 'Refused.'],
    ['an isolation that is not there', { ...does('true'), isolation: 'microvm' }, 'Refused.'],
    ['a policy that cannot be read', { nonsense: true }, 'Refused.'],
  ])('%s', async (name, policy, heading) => {
    const repository = await createHostileRepository(world, name.replaceAll(' ', '-'), policy)
    const issue = await openIssue(repository)
    const { jobId, kind } = await world.handled(await label(repository, issue))
    if (kind === 'enqueued') await world.ended(jobId)

    const { comments, reactions } = await outcomeOf({ repository, issue, jobId })
    expect(comments).toHaveLength(1)
    expect(comments[0]).toMatch(new RegExp(`\\*\\*${heading}\\*\\*`))
    expect(reactions.length).toBeGreaterThan(0)
  })

  it('and asked GitHub nothing that it would not understand, and kept no token', () => {
    expectKeptRules(world.github)
    expect(world.github.tokens.live()).toEqual([])
  })
})
