import { expect, it } from 'vitest'
import { handleLife, type LifeDeps } from '../../../app/intake/handle-life.ts'
import type { LifeEvent } from '../../../worker/contract/index.ts'
import { silent } from '../../queue/start-redis.ts'
import { attempt } from './fake-repository.ts'

const made = { id: 3, owner: 'acme', name: '.github-private' }
const created: LifeEvent = {
  ...{ version: 1, deliveryId: 'one', name: 'repository.created', installationId: 9, repositories: [made], by: 'root' },
  receivedAt: '2026-11-29T12:00:00.000Z',
}

it("an owner's new repository is asked for its policy from then on, and nothing is removed for it", async () => {
  const done: unknown[] = []
  const deps: LifeDeps = {
    installations: { now: async () => ({ kind: 'active', repositories: [] }) },
    book: {
      known: async () => [],
      installationsOf: async () => [],
      write: async ({ effects }) => {
        done.push({ effects })
        return 0
      },
    },
    forgetUnreached: async (installationId) => void done.push({ forgotten: installationId }),
    welcome: async () => undefined,
    log: silent,
    now: Date.now,
  }

  await handleLife(deps, created, attempt)

  expect(done).toEqual([{ forgotten: 9 }, { effects: [] }])
})
