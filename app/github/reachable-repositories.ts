import { z } from 'zod'
import { listAll, repositorySchema } from '../../worker/contract/index.ts'
import type { RepositoryNow } from '../intake/ports.ts'
import type { GitHubClient } from './github-client.ts'

export const reachableRepositorySchema = z.object({
  id: repositorySchema.shape.id,
  name: repositorySchema.shape.name,
  owner: z.object({ login: repositorySchema.shape.owner }),
  private: z.boolean(),
  archived: z.boolean(),
  default_branch: repositorySchema.shape.defaultBranch,
})
export const reachableSchema = z.object({ repositories: z.array(reachableRepositorySchema) })
export type ReachableRepository = z.infer<typeof reachableRepositorySchema>

const mostPages = 100

/** Those of an installation that work can be done in: ten thousand at most. */
export async function* listReachable(client: GitHubClient): AsyncGenerator<ReachableRepository> {
  const ask = async (page: object) =>
    reachableSchema.parse(await client.call('GET /installation/repositories', { ...page })).repositories
  for await (const repository of listAll(ask, mostPages)) if (!repository.archived) yield repository
}

export function repositoryNowOf(found: ReachableRepository): RepositoryNow {
  const { owner, name, private: isPrivate, archived, default_branch: defaultBranch } = found
  return { owner: owner.login, name, private: isPrivate, archived, defaultBranch }
}
