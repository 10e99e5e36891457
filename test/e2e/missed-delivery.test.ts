import { afterAll, beforeAll, expect, it, vi } from 'vitest'
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
