import { z } from 'zod'
import type { JobRequest } from '../contract/index.ts'
import { HandoffError } from '../pipeline/ports/index.ts'
import type { Octokit } from './github-client.ts'

/** Where a repository is today: acted on by id, named for the URLs. */
export interface LocatedRepository {
  readonly owner: string
  readonly repo: string
  readonly archived: boolean
  readonly defaultBranch: string
}

/** A repository as GitHub names it today. */
export const reachableRepositorySchema = z.object({
  id: z.int(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  archived: z.boolean(),
  default_branch: z.string(),
})
export type ReachableRepository = z.infer<typeof reachableRepositorySchema>

const listSchema = z.object({ repositories: z.array(reachableRepositorySchema) })

/**
 * The repository by its id, whatever it is called by now; the client's token is for this one alone. Throws HandoffError
 * `denied` when it is out of reach or belongs to somebody else: another owner's policy and secrets would apply.
 */
export async function locateRepository(octokit: Octokit, request: JobRequest): Promise<LocatedRepository> {
  const { data } = await octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 1 })
  return locatedAt(
    listSchema.parse(data).repositories.find(({ id }) => id === request.repository.id),
    request,
  )
}

/** As `locateRepository`, from what GitHub said already. */
export function locatedAt(found: ReachableRepository | undefined, { repository }: JobRequest): LocatedRepository {
  if (found === undefined) throw new HandoffError('denied', 'the installation does not reach this repository')
  if (found.owner.login.toLowerCase() !== repository.owner.toLowerCase()) {
    throw new HandoffError('denied', 'the repository belongs to somebody else now')
  }
  return { owner: found.owner.login, repo: found.name, archived: found.archived, defaultBranch: found.default_branch }
}
