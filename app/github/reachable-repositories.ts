import { z } from 'zod'
import { repositorySchema } from '../../worker/contract/index.ts'
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

const perPage = 100
const mostPages = 100

/** Those of an installation that work can be done in. */
export async function* listReachable(client: GitHubClient): AsyncGenerator<ReachableRepository> {
  for (let page = 1; page <= mostPages; page += 1) {
    const asked = { per_page: perPage, page }
    const { repositories } = reachableSchema.parse(await client.call('GET /installation/repositories', asked))
    yield* repositories.filter(({ archived }) => !archived)
    if (repositories.length < perPage) return
  }
}

export function repositoryNowOf(found: ReachableRepository): RepositoryNow {
  const { owner, name, private: isPrivate, archived, default_branch: defaultBranch } = found
  return { owner: owner.login, name, private: isPrivate, archived, defaultBranch }
}
