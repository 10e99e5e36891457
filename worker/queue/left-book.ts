import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/**
 * Names of repositories and owners that have left, and the ids of the repositories that were meant by them. Whoever is
 * called so later is somebody else: names can be taken again, ids cannot. Methods throw QueueUnavailableError.
 */
export interface LeftBook {
  /** The first time counts: what comes and goes under a name that has left gains nothing by it. */
  close(name: string, repositoryIds: readonly number[]): Promise<void>
  /** Also where nothing of that name has left. */
  isOpenTo(name: string, repositoryId: number): Promise<boolean>
}

const keyOf = (name: string) => `airlock:left:${name.toLowerCase()}`

/** KEYS name · ARGV ids. */
const closeScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for _, id in ipairs(ARGV) do redis.call('SADD', KEYS[1], id) end
return 1`

export function createLeftBook(redis: Redis): LeftBook {
  return {
    async close(name, repositoryIds) {
      await answered(redis.eval(closeScript, 1, keyOf(name), ...repositoryIds))
    },
    async isOpenTo(name, repositoryId) {
      const key = keyOf(name)
      const [left, known] = await answered(Promise.all([redis.exists(key), redis.sismember(key, repositoryId)]))
      return left === 0 || known === 1
    },
  }
}

/** Of what an entry of the journal removes: each repository, and where the installation is gone its owners too. */
export async function closeLeft(
  book: LeftBook,
  removed: readonly {
    readonly why: string
    readonly repository: { readonly id: number; readonly owner: string; readonly name: string }
  }[],
): Promise<void> {
  for (const { repository } of removed) await book.close(`${repository.owner}/${repository.name}`, [repository.id])
  const gone = removed.filter(({ why }) => why === 'installation-deleted').map(({ repository }) => repository)
  for (const [owner, repositories] of Map.groupBy(gone, ({ owner }) => owner.toLowerCase())) {
    await book.close(
      owner,
      repositories.map(({ id }) => id),
    )
  }
}
