import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { scheduledRepositorySchema } from '../../worker/contract/index.ts'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import type { LoggedProcess } from './process-log.ts'
import { startWorld, type World } from './start-world.ts'

const policy = [
  'agent: command',
  'command: [sh, -c, "cp $AIRLOCK_TASK_FILE task.md"]',
  'schedules:',
  '  - { cron: "0 * * * *", task: Update the lockfile., by: ada }',
].join('\n')
const bookKey = 'airlock:schedules:book'
const hourMs = 60 * 60_000
const soon = { timeout: 90_000, interval: 250 }

let world: World
let apps: readonly LoggedProcess[]
beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
  apps = [world.installation.app, await world.installation.startApp()]
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

it('becomes one pull request with two apps that look; the next time is skipped while that is open, and said once', async () => {
  const repository = await world.createRepository({ name: 'nightly', policy })
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Why?' })
  const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body: '/airlock why' })
  expect(await world.handled(delivery)).toMatchObject({ with: 'why' })
  expect(repository.comments.map(({ body }) => body).join('\n')).toContain('Update the lockfile.')

  const redis = await connectRedis({ url: world.installation.redisUrl, log: { warn: () => undefined } })
  /** As if the time since the last one had passed. */
  async function makeDue(): Promise<void> {
    const text = await redis.hget(bookKey, String(repository.id))
    const known = scheduledRepositorySchema.parse(JSON.parse(text ?? 'null'))
    const since = new Date(Date.now() - 2 * hourMs).toISOString()
    const schedules = known.schedules.map((one) => ({
      ...one,
      since,
      next: new Date(Date.now() - hourMs).toISOString(),
    }))
    await redis.hset(bookKey, String(repository.id), JSON.stringify({ ...known, schedules }))
  }
  const handled = () => apps.flatMap((app) => app.lines.filter(({ msg }) => msg === 'schedule handled'))
  try {
    await makeDue()
    await vi.waitFor(() => expect(handled()).toMatchObject([{ kind: 'enqueued' }]), soon)
    const [jobId = '', ...more] = await world.jobs()
    expect(more).toEqual([])
    await world.ended(jobId, 120_000)

    const [pull, ...others] = repository.issues.filter((one) => one.pull !== undefined)
    expect(others).toEqual([])
    expect(pull).toMatchObject({ title: 'Update the lockfile.' })
    expect(pull?.body).toContain('asked by ada on the schedule `0 * * * *`')

    for (const count of [2, 3]) {
      await makeDue()
      await vi.waitFor(() => expect(handled()).toHaveLength(count), soon)
    }
    expect(handled().slice(1)).toMatchObject([{ kind: 'skipped' }, { kind: 'skipped' }])
    expect(repository.comments.filter(({ body }) => body.includes('was due again'))).toHaveLength(1)
    expect(await world.jobs()).toEqual([jobId])
  } finally {
    redis.disconnect()
  }
}, 400_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
