/** What is known of schedules, for all apps of an installation together. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type ScheduledRepository, scheduledRepositorySchema } from '../contract/index.ts'
import { answered } from './answered.ts'
import { createTurn, type Turn } from './take-turn.ts'

/** One field per repository, by its id. */
const bookKey = 'airlock:schedules:book'
const turnKey = 'airlock:schedules:turn'
const listedKey = 'airlock:schedules:listed'

/** Methods throw QueueUnavailableError. */
export interface ScheduleBook extends Turn {
  all(): Promise<readonly ScheduledRepository[]>
  read(repositoryId: number): Promise<ScheduledRepository | null>
  write(repository: ScheduledRepository): Promise<void>
  remove(repositoryId: number): Promise<void>
  /** Milliseconds since the epoch; null: never. */
  listedAt(): Promise<number | null>
  noteListed(at: number): Promise<void>
}

export function createScheduleBook(redis: Redis): ScheduleBook {
  return {
    ...createTurn(redis, turnKey, randomUUID()),
    all: async () => (await answered(redis.hvals(bookKey))).map(parse),
    async read(repositoryId) {
      const text = await answered(redis.hget(bookKey, String(repositoryId)))
      return text === null ? null : parse(text)
    },
    async write(repository) {
      await answered(redis.hset(bookKey, String(repository.repositoryId), JSON.stringify(repository)))
    },
    async remove(repositoryId) {
      await answered(redis.hdel(bookKey, String(repositoryId)))
    },
    async listedAt() {
      const text = await answered(redis.get(listedKey))
      return text === null ? null : Number(text)
    },
    async noteListed(at) {
      await answered(redis.set(listedKey, String(at)))
    },
  }
}

/** Of a repository that has left the installation. */
export async function forgetSchedules(
  redis: Redis,
  { installationId, repositoryId }: Pick<ScheduledRepository, 'installationId' | 'repositoryId'>,
): Promise<void> {
  const book = createScheduleBook(redis)
  // Another installation that reaches it now has found its own.
  if ((await book.read(repositoryId))?.installationId === installationId) await book.remove(repositoryId)
}

function parse(text: string): ScheduledRepository {
  return scheduledRepositorySchema.parse(JSON.parse(text))
}
