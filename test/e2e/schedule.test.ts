import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { scheduledRepositorySchema } from '../../worker/contract/index.ts'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
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

/** Either of the apps takes it. */
function answerTo({ guid }: Delivery) {
  const isIt = ({ msg, deliveryId }: { msg?: unknown; deliveryId?: unknown }) =>
    msg === 'trigger handled' && deliveryId === guid
  return Promise.any(apps.map((app) => app.waitFor(isIt, 60_000)))
}

/** A repository whose schedule is known, and a way to have it due. */
async function schedule(name: string, policy: string) {
  const repository = await world.createRepository({ name, policy })
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Why?' })
  const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body: '/airlock why' })
  expect(await answerTo(delivery)).toMatchObject({ with: 'why' })
  /** As if the time since the last one had passed. */
  async function makeDue(): Promise<void> {
    const redis = await connectRedis({ url: world.installation.redisUrl, log: { warn: () => undefined } })
    const text = await redis.hget(bookKey, String(repository.id))
    const known = scheduledRepositorySchema.parse(JSON.parse(text ?? 'null'))
    const since = new Date(Date.now() - 2 * hourMs).toISOString()
    const next = new Date(Date.now() - hourMs).toISOString()
    const schedules = known.schedules.map((one) => ({ ...one, since, next }))
    await redis.hset(bookKey, String(repository.id), JSON.stringify({ ...known, schedules }))
    redis.disconnect()
  }
  /** In the order in which they were: now one app looks, now the other. */
  const handled = () =>
    apps
      .flatMap(({ lines }) => lines)
      .filter(({ msg, fullName }) => msg === 'schedule handled' && fullName === `acme/${name}`)
      .toSorted((one, other) => Number(one.time) - Number(other.time))
  return { repository, makeDue, handled }
}

it('becomes one pull request with two apps that look; the next time is skipped while that is open, and said once', async () => {
  const { repository, makeDue, handled } = await schedule('nightly', policy)
  expect(repository.comments.map(({ body }) => body).join('\n')).toContain('Update the lockfile.')

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
}, 400_000)

it('opens an issue where its change is held, and what is approved there is published', async () => {
  const guarded = policy.replace('task.md', 'guarded.md').concat('\ngates: { protected: ["guarded.md"] }')
  const { repository, makeDue, handled } = await schedule('guarded', guarded)
  world.github.addCollaborator(repository, 'bea', 'write')
  await makeDue()
  await vi.waitFor(() => expect(handled()).toMatchObject([{ kind: 'enqueued' }]), soon)
  await world.ended(String(handled()[0]?.jobId), 120_000)

  const [, issue, ...others] = repository.issues
  expect([issue?.title, others]).toEqual(['Held: Update the lockfile.', []])
  const said = repository.comments.filter(({ issueNumber }) => issueNumber === issue?.number).at(-1)?.body ?? ''
  const digest = /approve ([0-9a-f]{12})`/.exec(said)?.[1] ?? ''
  const known = await world.jobs()
  const body = `/airlock approve ${digest}`
  const { delivery } = await world.github.comment(repository, issue?.number ?? 0, { by: 'bea', body })
  expect(await answerTo(delivery)).toMatchObject({ with: 'approved' })
  for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id, 120_000)

  const [pull] = repository.issues.filter((one) => one.pull !== undefined)
  expect(pull?.pull?.headRef).toMatch(/^airlock\/schedule-/)
  expect(pull?.body).toContain(`Closes #${issue?.number}.`)
  expect(repository.comments.find(({ body: text }) => text.includes('**Done.**'))?.issueNumber).toBe(issue?.number)
}, 400_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
