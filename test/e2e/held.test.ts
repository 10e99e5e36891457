import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readRecord } from '../../worker/audit/read-record.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import type { Handled } from './start-world.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const writesGuarded =
  'agent: command\ncommand: [sh, -c, "mkdir -p guarded; echo fixed > guarded/a.txt"]\ngates: { protected: ["guarded/**"] }\n'

describe('a held change', () => {
  let world: World
  let worker: LoggedProcess

  beforeAll(async () => {
    world = await startWorld()
    worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
  }, 120_000)
  afterAll(() => world[Symbol.asyncDispose]())

  async function hold(name: string, more = ''): Promise<Asked & { readonly digest: string }> {
    const repository = await world.createRepository({ name, policy: writesGuarded + more })
    world.github.addCollaborator(repository, 'bea', 'write')
    world.github.addCollaborator(repository, 'rita', 'read')
    const asked = await world.ask(repository)
    await world.ended(asked.jobId)
    const [comment = ''] = (await outcomeOf(asked)).comments
    const digest = /Change sha256 ([0-9a-f]{64})/.exec(comment)?.[1]
    if (digest === undefined) throw new Error(`nothing is held: ${comment}`)
    return { ...asked, digest }
  }

  async function say(
    { repository, issue }: Asked,
    by: string,
    body: string,
  ): Promise<Handled & { readonly text: string }> {
    const { delivery } = await world.github.comment(repository, issue.number, { by, body })
    const handled = await world.handled(delivery)
    const answer = repository.comments.find(({ body: text }) => text.includes(`airlock:job=${handled.jobId} `))
    return { ...handled, text: answer?.body ?? '' }
  }

  /** Waits for the job that an approval makes, which is the one that is none of `known`. */
  async function approvalEnded(known: readonly string[]): Promise<string> {
    const id = await vi.waitFor(async () => {
      const more = (await world.jobs()).find((job) => !known.includes(job))
      if (more === undefined) throw new Error('no job yet')
      return more
    }, 120_000)
    await world.ended(id)
    return id
  }

  const nothingWasPublished = async (asked: Asked) =>
    expect(await outcomeOf(asked)).toMatchObject({ pullRequests: [], branches: [] })

  it('is shown, and published as it is when a person with the right approves it; the record names them', async () => {
    const held = await hold('approved')
    const [comment = ''] = (await outcomeOf(held)).comments
    expect(comment).toContain('+fixed')
    await nothingWasPublished(held)
    const known = await world.jobs()

    const said = await say(held, 'bea', `/airlock approve ${held.digest.slice(0, 12)}`)
    const id = await approvalEnded(known)

    expect(said).toMatchObject({ kind: 'answered', with: 'approved' })
    const found = await outcomeOf(held)
    expect(found.branches).toMatchObject([{ changed: 'guarded/a.txt' }])
    expect(found.pullRequests).toHaveLength(1)
    expect(found.comments[0]).toContain('**Done.**')
    expect(found.comments[1]).toMatch(/^\*\*Approved\*\* by bea/)
    const pull = held.repository.issues.find(({ pull }) => pull !== undefined)
    expect(pull?.body).toContain('bea (id')
    const file = join(world.dataDir, 'audit', `${id}-1.jsonl`)
    const entries = await Array.fromAsync(readRecord(file))
    const data = {
      jobId: held.jobId,
      digest: held.digest,
      by: expect.objectContaining({ login: 'bea' }),
      permission: 'write',
    }
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'approval',
        data: expect.objectContaining({ ...data, recordHead: expect.any(String) }),
      }),
    )
    expect(await verifyRecord(file, /--head ([0-9a-f]{64})/.exec(pull?.body ?? '')?.[1])).toMatchObject({ ok: true })

    const again = await say(held, 'bea', `/airlock approve ${held.digest.slice(0, 12)}`)
    expect(again).toMatchObject({ with: 'decided-before' })
    expect((await outcomeOf(held)).pullRequests).toHaveLength(1)
  })

  it('stays where it is when a reader, a bot, a quotation or another digest approves it', async () => {
    const held = await hold('refused')
    const known = await world.jobs()
    const word = `/airlock approve ${held.digest.slice(0, 12)}`

    const reader = await say(held, 'rita', word)
    // Neither is taken as an event at all: they are delivered, and what is said afterwards is handled.
    for (const [by, body] of [
      ['robot[bot]', word],
      ['bea', `> ${word}`],
    ] as const) {
      const { delivery } = await world.github.comment(held.repository, held.issue.number, { by, body })
      expect(delivery.statusCode).toBeLessThan(300)
    }
    const other = await say(held, 'bea', '/airlock approve 0123456789ab')
    const none = await say(held, 'bea', '/airlock approve')

    expect(reader).toMatchObject({ kind: 'answered', with: 'permission-too-low' })
    expect(other.text).toContain('No change with that digest')
    expect(none.text).toContain('Say which change')
    expect(await world.jobs()).toHaveLength(known.length)
    await nothingWasPublished(held)
  })

  it('is not for the one who asked to approve where the policy says so; another may', async () => {
    const held = await hold('own', 'approvals: { own: false }\n')
    const known = await world.jobs()

    const own = await say(held, 'ada', `/airlock approve ${held.digest}`)
    await nothingWasPublished(held)
    await say(held, 'bea', `/airlock approve ${held.digest}`)
    await approvalEnded(known)

    expect(own.with).toBe('own-change')
    expect((await outcomeOf(held)).pullRequests).toHaveLength(1)
  })

  it('is gone when it is rejected, and no approval brings it back', async () => {
    const held = await hold('rejected')
    const known = await world.jobs()

    const rejected = await say(held, 'bea', '/airlock reject')
    const late = await say(held, 'bea', `/airlock approve ${held.digest}`)

    expect(rejected.text).toContain('**Rejected** by bea')
    expect(late.text).toContain('already rejected, by bea')
    expect(await world.jobs()).toHaveLength(known.length)
    await nothingWasPublished(held)
  })

  it('that a pull request asked for is decided on there, and goes into a pull request of its own', async () => {
    const repository = await world.createRepository({ name: 'on-a-pull', policy: writesGuarded })
    world.github.addCollaborator(repository, 'bea', 'write')
    await world.github.commit(repository, { branch: 'topic', message: 'topic', files: { 'topic.txt': 'x\n' } })
    const title = { title: 'Topic', head: 'topic', base: 'main' }
    const { issue } = await world.github.openPullRequest(repository, { by: 'ada', ...title })
    const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body: '/airlock mend it' })
    const { jobId } = await world.handled(delivery)
    await world.ended(jobId)
    const asked = { repository, issue, jobId }
    const digest = /Change sha256 ([0-9a-f]{64})/.exec((await outcomeOf(asked)).comments[0] ?? '')?.[1] ?? ''
    const known = await world.jobs()

    expect(await say(asked, 'bea', `/airlock approve ${digest}`)).toMatchObject({ with: 'approved' })
    await approvalEnded(known)

    const made = repository.issues.filter(({ pull, number }) => pull !== undefined && number !== issue.number)
    expect(made).toHaveLength(1)
    expect(made[0]?.pull?.baseRef).toBe('topic')
  })

  it('is one pull request when two approve at once and the worker is killed before it publishes', async () => {
    const held = await hold('twice')
    const known = await world.jobs()
    const path = /^\/repos\/acme\/twice\/git\/commits$/
    const stop = world.github.hold({ method: 'POST', path }, 'after-effect')

    const word = `/airlock approve ${held.digest}`
    await Promise.all(['bea', 'ada'].map((by) => say(held, by, word)))
    await stop.reached
    worker.kill('SIGKILL')
    await worker.exited
    stop.release()
    worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
    await approvalEnded(known)

    expect(await world.jobs()).toHaveLength(known.length + 1)
    const found = await outcomeOf(held)
    expect(found.pullRequests).toHaveLength(1)
    expect(found.branches).toHaveLength(1)
    expect(found.comments[0]).toContain('**Done.**')
  }, 180_000)

  it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
})
