/** The app's side of what installations and repositories go through: what is known of them, and a journal for workers. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { LifeEntry, NamedRepository } from '../contract/index.ts'
import { answered } from './answered.ts'
import { ledgerEntryKey } from './ledger.ts'
import { closeLeft, createLeftBook, type LeftBook } from './left-book.ts'
import {
  installationsKey,
  jobsKey,
  journalKey,
  knownKey,
  leavingField,
  leavingKey,
  mostJournalEntries,
} from './life-keys.ts'
import { writeLifeScript } from './life-scripts.ts'
import { knownRepositories } from './repository-jobs.ts'

/** Methods throw QueueUnavailableError. */
export interface LifeBook {
  /** Every installation that a job was asked for in, and those of one repository. */
  installations(): Promise<readonly number[]>
  installationsOf(repositoryId: number): Promise<readonly number[]>
  /** Repositories of which something may be kept. */
  known(installationId: number): Promise<readonly NamedRepository[]>
  /** Of a name that others can take: as LeftBook has it. */
  readonly close: LeftBook['close']
  /**
   * First closes what the operator holds for what has left to whoever takes its name. Then, as one: marks the jobs of
   * what the entry stops, takes what it removes out of what is known, and adds the entry to the journal. Returns how many
   * jobs were told to stop. Repeated, it stops nothing more.
   */
  write(entry: LifeEntry, now: Date): Promise<number>
}

const idsSchema = z.array(z.coerce.number().int().positive())

export function createLifeBook(redis: Redis): LifeBook {
  const left = createLeftBook(redis)
  const installations = async () => idsSchema.parse(await answered(redis.smembers(installationsKey)))
  return {
    installations,
    async installationsOf(repositoryId) {
      const ids = await installations()
      const has = await Promise.all(ids.map((id) => answered(redis.hexists(knownKey(id), String(repositoryId)))))
      return ids.filter((_, index) => has[index] === 1)
    },
    close: left.close,
    known: (installationId) => knownRepositories(redis, installationId),
    async write(entry, now) {
      const { installationId, effects } = entry
      await closeLeft(
        left,
        effects.filter(({ effect }) => effect === 'remove'),
      )
      const jobs = effects.map(({ repository }) => jobsKey(installationId, repository.id))
      const keys = [journalKey, installationsKey, knownKey(installationId), leavingKey, ...jobs]
      const each = effects.flatMap(({ repository, effect }) => [
        effect,
        String(repository.id),
        leavingField(installationId, repository.id),
      ])
      const common = [JSON.stringify(entry), mostJournalEntries, ledgerEntryKey('jobs', ''), now.getTime()]
      const reply = await answered(
        redis.eval(writeLifeScript, keys.length, ...keys, ...common, installationId, ...each),
      )
      return z.int().parse(reply)
    },
  }
}
