import { z } from 'zod'
import { type Repository, repositorySchema } from '../../worker/contract/index.ts'
import type { RepositoryNow } from '../intake/ports.ts'
import type { GitHubClient } from './github-client.ts'

const reachableSchema = z.object({
  repositories: z.array(
    z.object({
      id: repositorySchema.shape.id,
      name: repositorySchema.shape.name,
      owner: z.object({ login: repositorySchema.shape.owner }),
      private: z.boolean(),
      archived: z.boolean(),
      default_branch: repositorySchema.shape.defaultBranch,
    }),
  ),
})

/** By its id, whatever it is called by now. Another owner's policy would apply: that is not the repository of then. */
export async function locate(
  client: GitHubClient,
  { repository }: { readonly repository: Pick<Repository, 'id' | 'owner'> },
): Promise<RepositoryNow | null> {
  const { repositories } = reachableSchema.parse(await client.call('GET /installation/repositories', { per_page: 1 }))
  const found = repositories.find(({ id }) => id === repository.id)
  if (found === undefined || found.owner.login.toLowerCase() !== repository.owner.toLowerCase()) return null
  const { owner, name, private: isPrivate, archived, default_branch: defaultBranch } = found
  return { owner: owner.login, name, private: isPrivate, archived, defaultBranch }
}
