import { randomUUID } from 'node:crypto'
import { type KnownJob, permissions } from '../../worker/contract/index.ts'
import { isBot } from '../triggers/evaluate-authority.ts'
import { notFound } from './api-refusal.ts'
import type { Caller, KnownJobs, ReadRepositories } from './ports.ts'

export interface FindDeps {
  readonly repositories: ReadRepositories
  readonly known: KnownJobs
}

/**
 * A job, for somebody who may ask for one there themselves: by what they brought, and by their live permission. Anybody
 * else learns nothing, not even that there is one. Throws ApiRefusal.
 */
export async function findJob(
  { repositories, known }: FindDeps,
  caller: Caller,
  jobId: string,
  signal: AbortSignal,
): Promise<KnownJob> {
  const job = await known.find(jobId)
  if (job === null || job.installationId === null || isBot(caller)) throw notFound()
  const { id: repositoryId, owner, name } = job.repository
  if ((await caller.sees({ owner, name, id: repositoryId })) !== repositoryId) throw notFound()
  const at = { installationId: job.installationId, repositoryId }
  const live = await repositories.permissionOn(at, caller.login, `api:${jobId}:${randomUUID()}`, signal)
  const held = live !== null && live.userId === caller.id ? live.permission : 'none'
  if (held === 'none' || permissions.indexOf(held) < permissions.indexOf(job.permission)) throw notFound()
  return job
}
