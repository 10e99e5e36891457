import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { createDeliveryBook } from '../../worker/queue/delivery-book.ts'
import type { Issue, Repository } from '../github/state/entities.ts'
import { ensureLabel, ensureUser } from '../github/state/state.ts'
import { outcomeOf } from './outcome-of.ts'
import { startWorld, type World } from './start-world.ts'

const soon = { timeout: 60_000, interval: 50 }

let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
})
afterAll(() => world[Symbol.asyncDispose]())

it('a label that no app was there to hear of is one job when one starts', async () => {
  const repository = await world.createRepository({ name: 'missed' })
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Mend it' })
  world.github.deliverTo(undefined)
  const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  world.github.deliverTo(`${world.installation.appUrl}/api/github/webhooks`)
  expect(delivery.statusCode).toBe(0)
  expect(await world.jobs()).toEqual([])

  await world.installation.startApp()

  const jobId = await vi.waitFor(async () => {
    const [job] = await world.jobs()
    if (job === undefined) throw new Error('no job was made of it')
    return job
  }, soon)
  await world.ended(jobId)
  const found = await outcomeOf({ repository, issue, jobId })
  expect(found.pullRequests).toHaveLength(1)
  expect(await world.jobs()).toEqual([jobId])
  const attempts = world.github.deliveries.filter(({ guid }) => guid === delivery.guid)
  expect(attempts.map(({ statusCode }) => statusCode)).toEqual([0, 202])
})

describe('an outage of more than three days', () => {
  /** As GitHub has it when no webhook of it can be had any more. */
  function labelUnheard(repository: Repository, issue: Issue, login: string, at = new Date()): void {
    const { state } = world.github
    const [label, by] = [ensureLabel(state, repository, 'airlock'), ensureUser(state, login)]
    issue.labels.push(label)
    issue.labelled.push({ label, by, at, id: state.nextId() })
    issue.updatedAt = at
  }

  const openIssue = async (repository: Repository) =>
    (await world.github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })).issue
  const saidOn = ({ comments }: Repository, { number }: Issue) =>
    comments.filter(({ issueNumber, user }) => issueNumber === number && user.type === 'Bot').map(({ body }) => body)

  it('loses no label: one is a job, by who set it; one without the right, or on what changed since, is answered', async () => {
    const repository = await world.createRepository({ name: 'unheard' })
    world.github.addCollaborator(repository, 'rita', 'read')
    const [right, wrong, changed, other] = [
      await openIssue(repository),
      await openIssue(repository),
      await openIssue(repository),
      await openIssue(repository),
    ]
    labelUnheard(repository, right, 'ada')
    labelUnheard(repository, wrong, 'rita')
    labelUnheard(repository, changed, 'ada', new Date(Date.now() - 3_600_000))
    changed.body = 'Something else altogether.'
    changed.updatedAt = new Date()
    const before = await world.jobs()
    const redis = await connectRedis({ url: world.installation.redisUrl, log: { warn: () => undefined } })
    const lookedAt = new Date(Date.now() - 4 * 24 * 3_600_000).toISOString()
    await createDeliveryBook(redis).write({ lookedAt, missed: [] })
    redis.disconnect()

    const app = await world.installation.startApp()
    const looked = await app.waitFor(({ msg }) => msg.startsWith('looked for labels'), 60_000)

    expect(looked.found).toBe(3)
    await vi.waitFor(() => expect(saidOn(repository, wrong)).toHaveLength(1), soon)
    await vi.waitFor(() => expect(saidOn(repository, changed)).toHaveLength(1), soon)
    const jobId = await vi.waitFor(async () => {
      const [job] = (await world.jobs()).filter((id) => !before.includes(id))
      if (job === undefined) throw new Error('no job was made of it')
      return job
    }, soon)
    await world.ended(jobId)
    expect(saidOn(repository, right)[0]).toContain(jobId)
    expect(saidOn(repository, wrong)[0]).toContain('**Refused.**')
    expect(saidOn(repository, changed)[0]).toContain('Set the label again')
    expect(changed.labels).toEqual([])
    expect(saidOn(repository, other)).toEqual([])
    expect((await world.jobs()).filter((id) => !before.includes(id))).toEqual([jobId])
  }, 200_000)
})
