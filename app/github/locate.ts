import type { Repository } from '../../worker/contract/index.ts'
import type { RepositoryNow } from '../intake/ports.ts'
import type { TokenClient } from './create-github-app.ts'
import { type ReachableRepository, reachableSchema, repositoryNowOf } from './reachable-repositories.ts'

/** By its id, whatever it is called by now. Another owner's policy would apply: that is not the repository of then. */
export async function locate(
  client: TokenClient,
  { repository }: { readonly repository: Pick<Repository, 'id' | 'owner'> },
): Promise<RepositoryNow | null> {
  const found = await findReachable(client, repository.id)
  if (found?.owner.login.toLowerCase() !== repository.owner.toLowerCase()) return null
  return repositoryNowOf(found)
}

/** What a token for one repository reaches, if it is that one. */
export async function findReachable(client: TokenClient, repositoryId: number): Promise<ReachableRepository | null> {
  const repositories = client.reaches.length > 0 ? client.reaches : await askForReachable(client)
  return repositories.find(({ id }) => id === repositoryId) ?? null
}

async function askForReachable(client: TokenClient): Promise<readonly ReachableRepository[]> {
  return reachableSchema.parse(await client.call('GET /installation/repositories', { per_page: 1 })).repositories
}
