/** Which jobs there are of a repository, so that they can be stopped and removed when it leaves. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type JobRequest, type NamedRepository, namedRepositorySchema } from '../contract/index.ts'
import { answered } from './answered.ts'
import { installationsKey, jobsKey, knownKey } from './life-keys.ts'
import { ledgerSeconds } from './settings.ts'

/** A job of a repository, and where it was asked for. */
export interface JobOfRepository {
  readonly id: string
  readonly number: number
  /** The pull request that it goes on with; 0: none. */
  readonly pullRequest: number
}

/** Written before the job itself is: one that nobody finds would be kept of what has left. */
export async function noteJobOfRepository(redis: Redis, request: JobRequest, now: Date): Promise<void> {
  const { id, installationId, repository, subject, continues } = request
  if (installationId === null) return
  const { id: repositoryId, owner, name } = repository
  const known: NamedRepository = { id: repositoryId, owner, name }
  const jobs = jobsKey(installationId, repositoryId)
  const member = [id, subject?.number ?? 0, continues?.pullRequest ?? 0].join(':')
  const write = redis
    .multi()
    .sadd(installationsKey, installationId)
    .hset(knownKey(installationId), repositoryId, JSON.stringify(known))
    .zadd(jobs, 'NX', now.getTime(), member)
    .zremrangebyscore(jobs, '-inf', now.getTime() - ledgerSeconds * 1000)
    .expire(jobs, ledgerSeconds)
  await answered(write.exec())
}

/** Those that were written down until then, in milliseconds since the epoch. */
export async function jobsOfRepository(redis: Redis, key: string, until: number): Promise<JobOfRepository[]> {
  return (await answered(redis.zrangebyscore(key, '-inf', until))).map(jobOf)
}

/** Repositories that the installation's jobs were in, by what they were called last. */
export async function knownRepositories(redis: Redis, installationId: number): Promise<NamedRepository[]> {
  const texts = await answered(redis.hvals(knownKey(installationId)))
  return texts.map((text) => namedRepositorySchema.parse(JSON.parse(text)))
}

const memberSchema = z.tuple([z.string().min(1), z.coerce.number().int(), z.coerce.number().int()])

function jobOf(member: string): JobOfRepository {
  const [id, number, pullRequest] = memberSchema.parse(member.split(':'))
  return { id, number, pullRequest }
}
