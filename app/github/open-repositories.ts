import { z } from 'zod'
import { repositorySchema, type TriggerEvent } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { Repositories, RepositoryNow } from '../intake/ports.ts'
import type { GitHubApp, TokenClient, TokenPermissions } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { createIssueThread } from './issue-thread.ts'
import { createRepositoryFacts } from './repository-facts.ts'

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

/** Tokens per event: one for its repository, to look and to answer, and one that only reads the owner's policy. */
export function createRepositories(app: GitHubApp): Repositories {
  return {
    async open(event, { signal, fence }) {
      const { eventKey: owner, installationId } = event
      await app.revokeLeft(owner)
      const scope = { owner, repositoryId: event.repository.id }
      const client = await orNull(app.openClient(installationId, scope, permissionsFor(event), signal))
      if (client === null) return null
      await using opened = new AsyncDisposableStack()
      opened.use(client)
      const now = await locate(client, event)
      if (now === null) return null
      const organisation = opened.use(await openOrganisation(app, owner, installationId, signal))
      const botLogin = () => app.botLogin(signal)
      const kept = opened.move()
      return {
        facts: createRepositoryFacts(client, organisation ?? client, now),
        thread: createIssueThread(client, now, event, { fence, botLogin }),
        botLogin,
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      }
    },
  }
}

function permissionsFor({ subject }: TriggerEvent): TokenPermissions {
  const answer: TokenPermissions =
    subject.kind === 'issue' ? { issues: 'write', pull_requests: 'read' } : { pull_requests: 'write' }
  return { metadata: 'read', contents: 'read', ...answer }
}

/**
 * A client that reads the `.github` repository of the installation's account and nothing else; `owner` is the token's. Null where the App is not installed on it; a
 * public one can then still be read with any token.
 */
export function openOrganisation(
  app: GitHubApp,
  owner: string,
  installationId: number,
  signal: AbortSignal,
): Promise<TokenClient | null> {
  return orNull(app.openClient(installationId, { owner, names: ['.github'] }, { contents: 'read' }, signal))
}

/** By its id, whatever it is called by now. Another owner's policy would apply: that is not the repository of then. */
async function locate(client: GitHubClient, { repository }: TriggerEvent): Promise<RepositoryNow | null> {
  const { repositories } = reachableSchema.parse(await client.call('GET /installation/repositories', { per_page: 1 }))
  const found = repositories.find(({ id }) => id === repository.id)
  if (found === undefined || found.owner.login.toLowerCase() !== repository.owner.toLowerCase()) return null
  const { owner, name, private: isPrivate, archived, default_branch: defaultBranch } = found
  return { owner: owner.login, name, private: isPrivate, archived, defaultBranch }
}

const outOfReach: ReadonlySet<string> = new Set(['denied', 'not-found', 'rejected'])

/** Suspended, gone, or not for this repository: nothing to open. That our own key is refused is another matter. */
export async function orNull(opening: Promise<TokenClient>): Promise<TokenClient | null> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof GitHubError && outOfReach.has(error.code)) return null
    throw error
  }
}
