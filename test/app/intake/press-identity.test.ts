import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import type { ListedDelivery } from '../../../app/intake/missed-deliveries.ts'
import { type ClickDeps, placeClick } from '../../../app/intake/place-click.ts'
import { parseClick } from '../../../app/webhooks/parse-click.ts'
import type { ClickEvent, JobStanding, KnownJob } from '../../../worker/contract/index.ts'
import { createIntake } from '../../../worker/queue/enqueue.ts'
import { createPressBook } from '../../../worker/queue/press-book.ts'
import { startRedis, type TestRedis } from '../../queue/start-redis.ts'
import { labelEvent } from '../triggers/make-event.ts'
import { now, pressed, pressedAll } from '../webhooks/payloads.ts'
import { attempt, createFakeWorld, type FakeWorld, fakeDeps } from './fake-repository.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

/** A thread with one job that has ended, and a check run of it to be pressed. */
async function openDesk() {
  const standings = new Map<string, JobStanding>()
  const listed: ListedDelivery[] = []
  const world: FakeWorld = createFakeWorld({
    threads: {
      async on() {
        const jobs = world.jobs.map(({ id: jobId, actor, agent, task }, index) => ({
          ...{ jobId, actor, agent, task: task.digest, askedIn: null, cancelled: false },
          askedAt: `2026-11-19T10:00:0${index}.000Z`,
          standing: standings.get(jobId) ?? ({ kind: 'running', attempt: 1 } as const),
        }))
        return jobs.toReversed()
      },
      cancel: async () => false,
    },
  })
  await handleTrigger(fakeDeps(world), labelEvent(), attempt)
  const [first] = world.jobs
  if (first === undefined) throw new Error('there is no job')
  const job: KnownJob = {
    ...{ id: first.id, installationId: 99, repository: { id: 1, owner: 'octo', name: 'repo' } },
    ...{ subject: { kind: 'issue', number: 7 }, actor: first.actor, agent: first.agent },
    ...{ askedAt: '2026-11-19T10:00:00.000Z', standing: { kind: 'ended' }, cancelled: false, result: null },
  }
  const { subject } = labelEvent()
  let time = now().getTime()
  const clicks: ClickDeps = {
    appId: 7,
    jobOn: async () => job.id,
    findJob: async (jobId) => (jobId === job.id ? job : null),
    held: { on: async () => [] },
    presses: createPressBook(test.redis),
    threads: world.threads,
    sent: { since: async () => listed },
    subjectOf: async () => subject,
    now: () => time,
    log: pino({ level: 'silent' }),
  }
  const list = (guid: string) => {
    const deliveredAt = now().toISOString()
    listed.push({ id: listed.length, guid, deliveredAt, statusCode: 202, redelivery: false, wanted: true })
  }
  const place = (click: ClickEvent) => placeClick(clicks, click, attempt)
  const handle = async (placed: Awaited<ReturnType<typeof place>>) =>
    placed === null ? null : await handleTrigger(fakeDeps(world), placed, attempt)
  const end = () => {
    for (const { id } of world.jobs) standings.set(id, { kind: 'ended' })
  }
  end()
  return {
    ...{ world, list, place, handle, end },
    pass: (ms: number) => {
      time += ms
    },
    /** As GitHub does it: made, and then listed. */
    press: async (guid: string, body = bodyOf(job.id)) => {
      list(guid)
      return handle(await place(clickOf(guid, body)))
    },
    caught: (guid: string) => place(clickOf(guid, bodyOf(job.id))),
    click: (guid: string) => clickOf(guid, bodyOf(job.id)),
  }
}

interface Sent {
  readonly event: string
  readonly payload: object
}

const bodyOf = (jobId: string): Sent => ({
  event: 'check_run',
  payload: { ...pressed(), check_run: { ...pressed().check_run, external_id: jobId } },
})

function clickOf(guid: string, { event, payload }: Sent): ClickEvent {
  const parsed = parseClick({ deliveryId: guid, event, payload: { ...payload }, receivedAt: now().toISOString() })
  if (parsed.kind !== 'click') throw new Error(parsed.kind)
  return parsed.event
}

describe('the same button, pressed again', () => {
  it('is one press when its delivery comes a hundred times', async () => {
    const desk = await openDesk()
    await using intake = createIntake(test.redis)

    const answers = await Promise.all(Array.from({ length: 100 }, () => intake.accept(desk.click('guid-1'))))

    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1)
    expect(await intake.accept(desk.click('guid-2'))).toBe('accepted')
  })

  it('is answered with the job that runs, and starts none beside it', async () => {
    const desk = await openDesk()
    await desk.press('guid-1')

    expect(await desk.press('guid-2')).toEqual({ kind: 'answered', with: 'retry' })

    expect(desk.world.jobs).toHaveLength(2)
    const said = [...desk.world.comments.values()].at(-1)
    expect(said).toContain('has not ended')
    expect(said).toContain(`Job ${desk.world.jobs[1]?.id} (claude): **runs**`)
  })

  it('is a new job once the last one has ended, each time', async () => {
    const desk = await openDesk()

    for (const guid of ['guid-1', 'guid-2', 'guid-3']) {
      expect(await desk.press(guid)).toMatchObject({ kind: 'enqueued' })
      desk.end()
    }

    expect(new Set(desk.world.jobs.map(({ id }) => id)).size).toBe(4)
    expect(desk.world.comments.size).toBe(4)
  })

  it('is a new job also by the button for all checks of the commit', async () => {
    const desk = await openDesk()
    const all = { event: 'check_suite', payload: pressedAll }

    for (const guid of ['guid-1', 'guid-2']) {
      expect(await desk.press(guid, all)).toMatchObject({ kind: 'enqueued' })
      desk.end()
    }
  })

  it('is one job and one comment where two apps take a double click, or GitHub presses each run of the job', async () => {
    const desk = await openDesk()
    const presses = ['guid-1', 'guid-2', 'guid-3', 'guid-4']
    for (const guid of presses) desk.list(guid)
    const placed = await Promise.all(presses.map((guid) => desk.place(desk.click(guid))))

    for (const click of placed) await desk.handle(click)

    expect(new Set(desk.world.jobs.map(({ id }) => id)).size).toBe(2)
    expect(desk.world.comments.size).toBe(2)
  })

  it('is the same press when it is handled again after a crash, whatever has come of it by then', async () => {
    const desk = await openDesk()
    const first = await desk.place(desk.click('guid-1'))
    await desk.handle(first)
    desk.end()

    expect((await desk.place(desk.click('guid-1')))?.eventKey).toBe(first?.eventKey)
  })
})

describe('a press whose body was caught', () => {
  it('starts nothing under another delivery than GitHub’s; the same under one of GitHub’s does', async () => {
    const desk = await openDesk()
    await desk.press('guid-1')
    desk.end()
    desk.pass(90_000)

    expect(await desk.caught('forged')).toBeNull()
    desk.list('forged')
    expect(await desk.caught('forged')).not.toBeNull()
  })

  it('is looked for again a moment later: GitHub lists what it sent when it was answered', async () => {
    const desk = await openDesk()
    await desk.press('guid-1')

    await expect(desk.caught('guid-2')).rejects.toMatchObject({ retryable: true })
  })
})
