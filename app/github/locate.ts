import type { Repository } from '../../worker/contract/index.ts'
import type { RepositoryNow } from '../intake/ports.ts'
import type { GitHubClient } from './github-client.ts'
import { type ReachableRepository, reachableSchema, repositoryNowOf } from './reachable-repositories.ts'

/** By its id, whatever it is called by now. Another owner's policy would apply: that is not the repository of then. */
export async function locate(
  client: GitHubClient,
  { repository }: { readonly repository: Pick<Repository, 'id' | 'owner'> },
): Promise<RepositoryNow | null> {
  const found = await findReachable(client, repository.id)
  if (found?.owner.login.toLowerCase() !== repository.owner.toLowerCase()) return null
  return repositoryNowOf(found)
}

/** What a token for one repository reaches, if it is that one. */
export async function findReachable(client: GitHubClient, repositoryId: number): Promise<ReachableRepository | null> {
  const { repositories } = reachableSchema.parse(await client.call('GET /installation/repositories', { per_page: 1 }))
  return repositories.find(({ id }) => id === repositoryId) ?? null
}
