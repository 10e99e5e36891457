import { describe, expect, it } from 'vitest'
import { answerDeadLetter } from '../../../app/intake/answer-dead-letter.ts'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import { reasonTexts } from '../../../app/replies/reason-texts.ts'
import type { LivePermission } from '../../../app/triggers/evaluate-authority.ts'
import { QueueUnavailableError, type Reason, type TriggerEvent } from '../../../worker/contract/index.ts'
import { commentEvent, labelEvent, openedEvent } from '../triggers/make-event.ts'
import {
  attempt,
  createFakeWorld,
  type FakeWorld,
  fakeDeps,
  headSha,
  outage,
  personsPull,
  refusal,
} from './fake-repository.ts'

const handle = (world: FakeWorld, event: TriggerEvent) => handleTrigger(fakeDeps(world), event, attempt)
const policy = (text: string) => ({ kind: 'text', text }) as const
const answersOf = (world: FakeWorld) => [...world.comments.values()].join('\n---\n')
const pullSubject = { kind: 'pull-request', number: 9, title: 'Feature', body: '' } as const

describe('an accepted event', () => {
  it('becomes a job with all that was true at that moment', async () => {
    const world = createFakeWorld({ repositoryPolicy: policy('limits: { minutes: 5 }') })

    const result = await handle(world, labelEvent())

    expect(result).toMatchObject({ kind: 'enqueued', jobId: world.jobs[0]?.id })
    expect(world.jobs).toMatchObject([
      {
        base: { ref: 'main', sha: headSha },
        policy: { limits: { wallMs: 300_000 } },
        task: { text: 'Sum is off by one\n\nAdds one too many.' },
        agent: 'claude',
      },
    ])
  })

  it('is answered at once, before the job is written down, and the label is taken off after', async () => {
    const world = createFakeWorld()

    await handle(world, labelEvent())

    expect(world.effects).toEqual(['acknowledge', 'answer', 'enqueue', 'takeLabelOff airlock'])
    expect(answersOf(world)).toContain('**Queued.**')
    expect(world.opened).toBe(0)
  })

  it('is told its place where others are before it', async () => {
    const world = createFakeWorld({ position: 3 })

    await handle(world, commentEvent('/airlock fix it'))

    expect(world.effects).toEqual(['acknowledge', 'answer', 'enqueue', 'edit'])
    expect(answersOf(world)).toContain('number 3 in the queue')
  })

  it('is one job and one comment when it is handled twice', async () => {
    const world = createFakeWorld({ position: 3 })

    await handle(world, labelEvent())
    await handle(world, labelEvent({ deliveryId: 'another' }))

    expect(world.jobs).toHaveLength(1)
    expect(world.comments.size).toBe(1)
  })

  it('goes on where it was when the queue went away in the middle', async () => {
    const world = createFakeWorld()
    world.failing.set('enqueue', new QueueUnavailableError('away'))
    await expect(handle(world, labelEvent())).rejects.toThrow(QueueUnavailableError)
    world.failing.clear()

    await handle(world, labelEvent())

    expect(world.jobs).toHaveLength(1)
    expect(world.comments.size).toBe(1)
    expect(world.effects.at(-1)).toBe('takeLabelOff airlock')
    expect(world.opened).toBe(0)
  })

  it('on a pull request starts from its own head', async () => {
    const world = createFakeWorld()

    await handle(world, commentEvent('/airlock fix it', { subject: pullSubject }))

    expect(world.jobs).toMatchObject([{ base: { ref: 'feature', sha: 'b'.repeat(40) } }])
  })

  it('takes instructions for the agent from the default branch, also where a pull request is worked on', async () => {
    const world = createFakeWorld()

    await handle(world, commentEvent('/airlock fix it', { subject: pullSubject }))
    await handle(world, labelEvent())

    expect(world.jobs.map(({ instructionsSha }) => instructionsSha)).toEqual([headSha, headSha])
  })

  it('may be the text of a new issue: what it says is the task, and nothing stands there twice', async () => {
    const world = createFakeWorld()

    const result = await handle(world, openedEvent('/airlock fix it\n\nIt fails on Mondays.'))

    expect(result).toMatchObject({ kind: 'enqueued' })
    expect(world.jobs).toMatchObject([
      {
        task: { text: 'fix it\n\nIt fails on Mondays.\n\nThis was asked on Issue #7: Sum is off by one' },
        trigger: { kind: 'command', commentId: null },
      },
    ])
    expect(world.jobs[0]?.trigger.askedIn).toMatchObject({ kind: 'opened' })
  })

  it.each(['/airlock help', '/airlock cancle it', '/airlock'])('answers a new issue that says %s', async (body) => {
    const world = createFakeWorld()

    expect(await handle(world, openedEvent(body))).toMatchObject({ kind: 'answered' })
    expect(answersOf(world)).toContain('What Airlock listens to')
  })

  it('starts nothing for a stranger who opens an issue with a command', async () => {
    const world = createFakeWorld({ live: null })

    expect(await handle(world, openedEvent('/airlock fix it'))).toMatchObject({ with: 'permission-too-low' })
    expect(world.effects).toEqual(['answer'])
  })

  it('runs with the agent that the label names', async () => {
    const world = createFakeWorld()

    await handle(world, labelEvent({ label: 'airlock:codex' }))

    expect(world.jobs).toMatchObject([{ agent: 'codex', policy: { agent: 'claude' } }])
    expect(world.effects).toContain('takeLabelOff airlock:codex')
  })
})

describe('who may', () => {
  it.each([
    ['a reader', { userId: 42, permission: 'read' }],
    ['a triager', { userId: 42, permission: 'triage' }],
    ['nobody', { userId: 42, permission: 'none' }],
    ['somebody whom GitHub does not know there', null],
    ['who took over the login of a maintainer', { userId: 666, permission: 'maintain' }],
  ] as [string, LivePermission | null][])('refuses %s: one answer, no job', async (_who, live) => {
    const world = createFakeWorld({ live })

    const results = [await handle(world, labelEvent()), await handle(world, labelEvent())]

    expect(results[0]).toEqual({ kind: 'answered', with: 'permission-too-low' })
    expect(world.jobs).toEqual([])
    // Not even the label is taken off for them, and the answer says that it has to be.
    expect(world.effects).toEqual(['answer'])
    expect(answersOf(world)).toContain(reasonTexts['permission-too-low'].what)
    expect(answersOf(world)).toContain('one that is set already has to be taken off first')
  })

  it('asks for as much as the policy says', async () => {
    const world = createFakeWorld({ organisationPolicy: policy('triggers: { permission: maintain }') })

    expect(await handle(world, labelEvent())).toEqual({ kind: 'answered', with: 'permission-too-low' })
    world.live = { userId: 42, permission: 'maintain' }
    expect(await handle(world, labelEvent({ eventKey: 'another' }))).toMatchObject({ kind: 'enqueued' })
  })

  it.each(['/airlock help', '/airlock cancel', '/airlock fix it'])('does not talk with strangers: %s', async (body) => {
    const world = createFakeWorld({ live: null })

    await handle(world, commentEvent(body))

    expect(answersOf(world)).toContain('**Refused.**')
    expect(world.effects).toEqual(['answer'])
  })

  it('does nothing at all for a bot', async () => {
    const world = createFakeWorld({ live: { userId: 42, permission: 'admin' } })

    const result = await handle(world, labelEvent({ sender: { id: 42, login: 'airlock[bot]', type: 'Bot' } }))

    expect(result).toEqual({ kind: 'ignored', why: 'bot-sender' })
    expect(world.effects).toEqual([])
  })

  it.each([labelEvent({ label: 'bug' }), commentEvent('/deploy now please')])(
    'does nothing at all for what is meant for others',
    async (event) => {
      const world = createFakeWorld({ live: null })

      expect(await handle(world, event)).toMatchObject({ kind: 'ignored' })
      expect(world.effects).toEqual([])
    },
  )
})

describe('a refusal', () => {
  it.each([
    ['repository-archived', { now: { ...createFakeWorld().now, archived: true } }, labelEvent()],
    ['repository-empty', { head: { kind: 'empty' } }, labelEvent()],
    ['base-missing', { head: { kind: 'missing' } }, labelEvent()],
    ['base-missing', { pull: null }, commentEvent('/airlock fix it', { subject: pullSubject })],
    [
      'fork-head',
      { pull: { ...personsPull, ref: 'main', repositoryId: null } },
      commentEvent('/airlock fix it', { subject: pullSubject }),
    ],
    ['agent-unavailable', {}, labelEvent({ label: 'airlock:command' })],
    ['policy-invalid', { repositoryPolicy: policy('agnet: claude') }, labelEvent()],
    ['policy-invalid', { organisationPolicy: { kind: 'unreadable', why: 'a folder' } }, labelEvent()],
  ] as [Reason, Partial<FakeWorld>, TriggerEvent][])(
    'for %s is answered and starts nothing',
    async (reason, changes, event) => {
      const world = createFakeWorld(changes)

      const result = await handle(world, event)

      expect(result).toEqual({ kind: 'answered', with: reason })
      expect(world.jobs).toEqual([])
      expect(answersOf(world)).toContain(reasonTexts[reason].what)
      const label = event.kind === 'label' ? [`takeLabelOff ${event.label}`] : []
      expect(world.effects).toEqual(['acknowledge', 'answer', ...label])
    },
  )

  it('of a broken policy names file, line and key', async () => {
    const world = createFakeWorld({ repositoryPolicy: policy('agent: claude\nlimits:\n  minuets: 5\n') })

    await handle(world, labelEvent())

    expect(answersOf(world)).toContain('.github/airlock.yml:3: limits.minuets: unknown key')
  })

  it('of a policy that widens names what and whose', async () => {
    const world = createFakeWorld({
      organisationPolicy: policy('setup: { network: [npm] }'),
      repositoryPolicy: policy('setup: { network: [example.com] }'),
    })

    await handle(world, labelEvent())

    expect(answersOf(world)).toContain('example.com is not allowed by airlock.yml of the organisation')
  })

  it.each([
    ['/airlock help', 'help', 'What Airlock listens to'],
    ['/airlock', 'help', 'What Airlock listens to'],
    ['/airlock hepl', 'unknown-command', 'Did you mean `/airlock help`?'],
    ['/airlock frobnicate', 'unknown-command', 'There is no command frobnicate.'],
    ['/airlock retry', 'retry', 'there is nothing to try again'],
    ['/airlock why', 'why', '| agent | claude | default |'],
    ['/airlock status', 'status', 'Nothing runs or waits here.'],
    ['/airlock cancel', 'cancel', 'nothing was cancelled'],
  ])('is not a silence: %s', async (body, kind, text) => {
    const world = createFakeWorld()

    const result = await handle(world, commentEvent(body))

    expect(result).toEqual({ kind: 'answered', with: kind })
    expect(answersOf(world)).toContain(text)
  })

  it('of a label on a pull request says how to ask there, and takes it off', async () => {
    const world = createFakeWorld()

    const result = await handle(world, labelEvent({ subject: pullSubject }))

    expect(result).toEqual({ kind: 'answered', with: 'label-on-pull' })
    expect(answersOf(world)).toContain('`/airlock TASK`')
    expect(world.effects).toEqual(['acknowledge', 'answer', 'takeLabelOff airlock'])
  })

  it('of a label on a pull request tells a stranger what they are told elsewhere', async () => {
    const world = createFakeWorld({ live: null })

    await handle(world, labelEvent({ subject: pullSubject }))

    expect(answersOf(world)).toContain(reasonTexts['permission-too-low'].what)
    expect(world.effects).toEqual(['answer'])
  })

  it('of an agent that nobody knows says which there are', async () => {
    const world = createFakeWorld()

    await handle(world, labelEvent({ label: 'airlock:hal' }))

    expect(answersOf(world)).toContain('There is no agent hal.')
    expect(answersOf(world)).toContain('claude, codex')
    expect(world.effects.at(-1)).toBe('takeLabelOff airlock:hal')
  })

  it('because a pull request is open already takes the label off, so that it can be set again', async () => {
    const body = 'Closes #7.'
    const world = createFakeWorld({ openPulls: [{ ...personsPull, number: 12, title: 'Mine', body }] })

    expect(await handle(world, labelEvent())).toEqual({ kind: 'answered', with: 'open-already' })
    expect(world.effects).toEqual(['acknowledge', 'answer', 'takeLabelOff airlock'])
  })
})

describe('what GitHub refuses', () => {
  it.each(['acknowledge', 'findAnswer', 'answer', 'edit', 'takeLabelOff'])('never stops a job: %s', async (call) => {
    for (const error of [refusal, outage]) {
      const world = createFakeWorld({ position: 3 })
      world.failing.set(call, error)

      const result = await handle(world, labelEvent())

      expect(result.kind).toBe('enqueued')
      expect(world.jobs).toHaveLength(1)
    }
  })

  it.each(['open', 'permissionOf', 'headOf'])('is tried again where it decides: %s', async (call) => {
    const world = createFakeWorld()
    world.failing.set(call, outage)
    await expect(handle(world, labelEvent())).rejects.toMatchObject({ retryable: true })
    world.failing.clear()

    await handle(world, labelEvent())

    expect(world.jobs).toHaveLength(1)
    expect(world.opened).toBe(0)
  })

  it('is tried again where the answer is all there is', async () => {
    const world = createFakeWorld({ live: null })
    world.failing.set('answer', outage)
    await expect(handle(world, labelEvent())).rejects.toMatchObject({ retryable: true })
    world.failing.clear()

    await handle(world, labelEvent())

    expect(world.comments.size).toBe(1)
  })

  it('for good, where the answer is all there is, is the end of it', async () => {
    const world = createFakeWorld({ live: null })
    world.failing.set('answer', refusal)

    expect(await handle(world, labelEvent())).toEqual({ kind: 'answered', with: 'permission-too-low' })
  })

  it('altogether, because the installation is gone, ends the event without a job', async () => {
    const world = createFakeWorld({ reachable: false })

    expect(await handle(world, labelEvent())).toEqual({ kind: 'ignored', why: 'repository-unavailable' })
    expect(world.jobs).toEqual([])
  })

  it('does not hide that another attempt has taken over', async () => {
    const world = createFakeWorld()
    const overtaken = new Error('overtaken')
    world.failing.set('acknowledge', overtaken)

    await expect(handle(world, labelEvent())).rejects.toBe(overtaken)
    expect(world.jobs).toEqual([])
  })
})

describe('an event that was given up', () => {
  const give = (world: FakeWorld, event: TriggerEvent) =>
    answerDeadLetter(fakeDeps(world), event, 'attempts-exhausted', attempt)

  it('is answered, once, and its label is taken off', async () => {
    const world = createFakeWorld()

    await give(world, labelEvent())
    await give(world, labelEvent())

    expect(world.effects).toEqual(['answer', 'takeLabelOff airlock', 'takeLabelOff airlock'])
    expect(answersOf(world)).toContain('**Failed.**')
    expect(answersOf(world)).toContain(reasonTexts['attempts-exhausted'].next)
  })

  it.each([
    ['of somebody who may not ask', { live: { userId: 42, permission: 'read' } }],
    ['where GitHub does not say who it is', { failing: new Map([['permissionOf', outage]]) }],
  ] as const)('keeps its label %s', async (_whose, changes) => {
    const world = createFakeWorld(changes)

    await give(world, labelEvent())

    expect(world.effects).toEqual(['answer'])
  })

  it('is answered by the label of its own repository, and not where nobody can say what that is', async () => {
    const policy = { repositoryPolicy: { kind: 'text', text: 'triggers: { label: robot }' } } as const
    const world = createFakeWorld(policy)
    const away = createFakeWorld({ ...policy, failing: new Map([['repositoryPolicy', outage]]) })

    for (const one of [world, away]) await give(one, labelEvent({ label: 'robot' }))

    expect(world.effects).toEqual(['answer', 'takeLabelOff robot'])
    expect(away.effects).toEqual([])
  })

  it('is not answered where it was meant for others', async () => {
    const world = createFakeWorld()

    await give(world, labelEvent({ label: 'bug' }))

    expect(world.effects).toEqual([])
  })
})
