import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

/** As long as a busy machine may need. What is promised is held by the queues' figures: test/queue/settings.test.ts. */
const patienceMs = 60_000

/** The request at which the app is killed, and whether GitHub has done what it asks by then. */
const requests = {
  looks: ['before', 'GET', /^\/repos\/acme\/looks\/collaborators\/ada\/permission$/],
  answers: ['after-effect', 'POST', /^\/repos\/acme\/answers\/issues\/1\/comments$/],
  enqueued: ['before', 'DELETE', /^\/repos\/acme\/enqueued\/issues\/1\/labels\/airlock$/],
} as const
const names = Object.keys(requests)

describe('an app that is killed with -9 after it accepted a trigger', () => {
  let world: World
  let other: LoggedProcess
  const asked = new Map<string, Asked>()

  beforeAll(async () => {
    world = await startWorld()
    await world.installation.startWorker()
    const { github, installation } = world
    const held = Object.values(requests).map(([when, method, path]) => github.hold({ method, path }, when))
    const accepted = await Promise.all(names.map(label))
    await Promise.all(held.map(({ reached }) => reached))
    other = await installation.startApp()
    installation.app.kill('SIGKILL')
    await installation.app.exited
    for (const hold of held) hold.release()

    for (const { name, delivery, ...at } of accepted) {
      const { jobId } = await other.waitFor(
        (line) => line.msg === 'trigger handled' && line.deliveryId === delivery.guid,
        patienceMs,
      )
      asked.set(name, { ...at, jobId: String(jobId) })
      await world.ended(String(jobId))
    }
  }, 240_000)

  afterAll(() => world[Symbol.asyncDispose]())

  async function label(name: string) {
    const repository = await world.createRepository({ name })
    const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Mend it' })
    const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
    expect(delivery.statusCode).toBe(202)
    return { name, repository, issue, delivery }
  }

  it.each(names)('while it %s is replaced by another, and its requester gets one job and one answer', async (name) => {
    const job = asked.get(name)
    if (job === undefined) throw new Error(`nothing was asked in ${name}`)

    const found = await outcomeOf(job)

    expect(found.pullRequests).toHaveLength(1)
    expect(found.branches).toHaveLength(1)
    expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
    expect(found.reactions.toSorted()).toEqual(['eyes', 'rocket'])
    expect(found.labels).toEqual([])
  })

  it('makes no job twice', async () => {
    expect(await world.jobs()).toHaveLength(names.length)
  })

  it('leaves no live token', () =>
    vi.waitFor(() => expect(world.github.tokens.live().map(({ permissions }) => permissions)).toEqual([])))

  it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
})
