import { randomUUID } from 'node:crypto'
import type { KnownJob } from '../../worker/contract/index.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import { admitIn } from './admit-in.ts'
import { notFound } from './api-refusal.ts'
import type { Caller, KnownJobs, ReadRepositories } from './ports.ts'

export interface FindDeps {
  readonly repositories: ReadRepositories
  readonly known: KnownJobs
  readonly operatorPolicy: OperatorPolicy
}

/**
 * A job, for somebody who may ask for one there themselves: by what they brought, their live permission, and their teams.
 * Anybody else learns nothing, not even that there is one. Throws ApiRefusal.
 */
export async function findJob(
  { repositories, known, operatorPolicy }: FindDeps,
  caller: Caller,
  jobId: string,
  signal: AbortSignal,
): Promise<KnownJob> {
  const job = await known.find(jobId)
  if (job === null || job.installationId === null) throw notFound()
  const { id: repositoryId, owner, name } = job.repository
  if ((await caller.sees({ owner, name, id: repositoryId })) !== repositoryId) throw notFound()
  const place = { installationId: job.installationId, repositoryId }
  await using open = await repositories.openById(place, `api:${jobId}:${randomUUID()}`, signal)
  if (open === null || !(await admitIn(open, operatorPolicy, caller)).allowed) throw notFound()
  return job
}
