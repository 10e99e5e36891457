import type { Fence, Wording } from '../pipeline/ports/index.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

export interface CheckRunWanted {
  readonly jobId: string
  readonly commit: string
  readonly words: ReturnType<Wording['checkRun']>
  readonly fence: Fence
}

const name = 'Airlock'

/** One finished check run of this job on its commit; found again by the job's id. */
export async function writeCheckRun(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { jobId, commit, words, fence }: CheckRunWanted,
): Promise<void> {
  const at = { owner, repo }
  const { title, summary, conclusion } = words
  const find = async () => {
    const { data } = await session.call((octokit) =>
      octokit.rest.checks.listForRef({ ...at, ref: commit, check_name: name, filter: 'all', per_page: 100 }),
    )
    return data.check_runs.find(({ external_id }) => external_id === jobId) ?? null
  }
  const create = async () => {
    const { data } = await session.once((octokit) =>
      octokit.rest.checks.create({
        ...at,
        name,
        head_sha: commit,
        external_id: jobId,
        status: 'completed',
        conclusion,
        output: { title, summary },
      }),
    )
    return data
  }
  await ensure({ find, create }, fence, session.signal)
}
