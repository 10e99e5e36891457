import { describe, expect, it } from 'vitest'
import { answerDeadLetter } from '../../../app/intake/answer-dead-letter.ts'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import { reviewEvent } from '../triggers/make-event.ts'
import { attempt, createFakeWorld, type FakeWorld, fakeDeps, outage, ownPull, personsPull } from './fake-repository.ts'

const unasked = (id: number) =>
  reviewEvent('Please mend this.', { asksForChanges: true, eventKey: `review:${id}`, comment: { id, body: 'Mend.' } })
const handle = (world: FakeWorld, id = 1) => handleTrigger(fakeDeps(world), unasked(id), attempt)

describe('a review that asks for changes of a pull request of ours, without the command', () => {
  it('starts nothing, and is told how it would, once on a pull request', async () => {
    const world = createFakeWorld({ pull: ownPull })

    const results = [await handle(world, 1), await handle(world, 2)]

    expect(results).toEqual([
      { kind: 'answered', with: 'changes-requested' },
      { kind: 'ignored', why: 'told before' },
    ])
    expect(world.jobs).toEqual([])
    expect(world.effects).toEqual(['answer'])
    expect([...world.comments.values()].join()).toContain('`/airlock` alone as the summary of a review')
  })

  it('is told when GitHub is back', async () => {
    const world = createFakeWorld({ pull: ownPull })
    world.failing.set('answer', outage)
    await expect(handle(world)).rejects.toMatchObject({ retryable: true })
    world.failing.clear()

    await handle(world)

    expect(world.comments.size).toBe(1)
  })

  it.each([
    ["on a person's pull request", { pull: personsPull }],
    ['on one of ours that is closed', { pull: { ...ownPull, open: false } }],
    ['on one that is gone', { pull: null }],
    ['by somebody who may not ask for anything', { pull: ownPull, live: { userId: 42, permission: 'read' } }],
  ] as [string, Partial<FakeWorld>][])('is not answered %s', async (_what, changes) => {
    const world = createFakeWorld(changes)

    expect(await handle(world)).toMatchObject({ kind: 'ignored' })
    expect(world.effects).toEqual([])
  })

  it('waits for no answer where it was given up', async () => {
    const world = createFakeWorld({ pull: ownPull })

    await answerDeadLetter(fakeDeps(world), unasked(1), 'attempts-exhausted', attempt)

    expect(world.effects).toEqual([])
  })
})
