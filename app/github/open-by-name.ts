import type { RepositoryFacts } from '../intake/ports.ts'
import type { GitHubApp } from './create-github-app.ts'
import { createOwnerReaders } from './owner-readers.ts'
import { reachableRepositorySchema, repositoryNowOf } from './reachable-repositories.ts'
import { createRepositoryFacts } from './repository-facts.ts'

const look = { metadata: 'read', contents: 'read' } as const

export interface NamedRepository extends AsyncDisposable {
  readonly id: number
  readonly facts: RepositoryFacts
}

/** A repository as it is called now, to be read and nothing else. Null: the App is not installed on it. */
export async function openByName(
  app: GitHubApp,
  { owner, name }: { readonly owner: string; readonly name: string },
  tokenOwner: string,
  signal: AbortSignal,
): Promise<NamedRepository | null> {
  const installationId = await app.installationOf(owner, name, signal)
  if (installationId === null) return null
  await using opened = new AsyncDisposableStack()
  const scope = { owner: tokenOwner, names: [name] }
  const client = opened.use(await app.openClient(installationId, scope, look, signal))
  const found = reachableRepositorySchema.parse(await client.call('GET /repos/{owner}/{repo}', { owner, repo: name }))
  const now = repositoryNowOf(found)
  const owners = createOwnerReaders(
    app,
    { account: now.owner, installationId, token: scope, otherwise: client },
    signal,
  )
  const kept = opened.move()
  return {
    id: found.id,
    facts: createRepositoryFacts(client, now, owners),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
