import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { Attempt } from '../../worker/pipeline/job.ts'
import { SnapshotError } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, exited, portsOf, requestOf, storedSnapshot, type World } from './fakes.ts'

const changed = new SnapshotError('what setup had left has changed')

function run(world: World, attempt: Partial<Attempt> = {}) {
  return runJob(requestOf(), attemptOf(world, attempt), portsOf(world))
}

/** A snapshot that turns out to be another than was stored when the agent has begun; the agent ends when it is told. */
function poisonedWorld(): World {
  const checked = Promise.withResolvers<never>()
  checked.promise.catch(() => undefined)
  return createWorld({
    snapshot: storedSnapshot(null, () => checked.promise),
    async exec(_phase, { signal }) {
      checked.reject(changed)
      if (!signal.aborted) await once(signal, 'abort')
      return { ...exited, ended: 'cancelled' }
    },
  })
}

it('starts the agent while the files of a snapshot are still looked at, and takes its work when that is over', async () => {
  const checked = Promise.withResolvers<ReadonlyMap<string, string>>()
  let isOver = false
  const seen: boolean[] = []
  const world = createWorld({
    snapshot: storedSnapshot(null, () => checked.promise),
    async exec() {
      seen.push(isOver)
      setImmediate(() => {
        isOver = true
        checked.resolve(new Map())
      })
      return exited
    },
  })

  const { outcome } = await run(world)

  expect(seen).toEqual([false])
  expect(isOver).toBe(true)
  expect(outcome.reason).toBe('pull-request-opened')
})

it('stops an agent that works on a poisoned snapshot, takes nothing of it, and leaves the job to another attempt', async () => {
  const world = poisonedWorld()

  await expect(run(world, { final: false })).rejects.toBe(changed)

  expect(world.log).toContain('sandbox agent')
  expect(world.log).toContain('destroyed agent')
  expect(world.log).not.toContain('stage')
  expect(world.finished).toBeNull()
})

it('says that a snapshot was poisoned where no further attempt follows', async () => {
  const { outcome } = await run(poisonedWorld())

  expect(outcome).toEqual({ outcome: 'failed', reason: 'internal-error', detail: changed.message })
})

it('takes nothing of an agent that was done before its snapshot turned out to be poisoned', async () => {
  const checked = Promise.withResolvers<never>()
  checked.promise.catch(() => undefined)
  const world = createWorld({
    snapshot: storedSnapshot(null, () => checked.promise),
    async exec() {
      setImmediate(() => checked.reject(changed))
      return exited
    },
  })

  await expect(run(world, { final: false })).rejects.toBe(changed)

  expect(world.log).not.toContain('stage')
})
