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

type Known = Awaited<ReturnType<LifeDeps['book']['known']>>
type Found = Awaited<ReturnType<LifeDeps['installations']['now']>>

function world(known: Known, found: Found) {
  const done: unknown[] = []
  const deps: LifeDeps = {
    installations: { now: async () => found },
    book: {
      known: async () => known,
      installationsOf: async () => [],
      close: async (name, repositoryIds) => void done.push({ closed: name, repositoryIds }),
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
  return { deps, done }
}

it("an owner's new repository is asked for its policy from then on, and nothing is removed for it", async () => {
  const { deps, done } = world([], { kind: 'active', repositories: [] })

  await handleLife(deps, created, attempt)

  expect(done).toEqual([{ forgotten: 9 }, { effects: [] }])
})

it('the old name of a repository that was renamed is closed to whoever takes it, and its jobs go on', async () => {
  const { deps, done } = world([{ ...made, name: 'before' }], {
    kind: 'active',
    repositories: [{ ...made, archived: false }],
  })

  await handleLife(deps, { ...created, name: 'repository.renamed' }, attempt)

  expect(done).toEqual([{ forgotten: 9 }, { closed: 'acme/before', repositoryIds: [3] }, { effects: [] }])
})
