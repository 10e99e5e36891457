import { z } from 'zod'
import {
  mostLabels,
  type Repository,
  repositorySchema,
  subjectSchema,
  type TriggerEvent,
} from '../../worker/contract/index.ts'
import type { ReadRepositories, ReadRepository } from '../api/ports.ts'
import type { RepositoryNow } from '../intake/ports.ts'
import type { GitHubApp, TokenPermissions } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { openOrganisation, orNull } from './open-repositories.ts'
import { createRepositoryFacts } from './repository-facts.ts'

const foundSchema = z.object({
  id: repositorySchema.shape.id,
  name: repositorySchema.shape.name,
  owner: z.object({ login: repositorySchema.shape.owner }),
  private: z.boolean(),
  archived: z.boolean(),
  default_branch: repositorySchema.shape.defaultBranch,
})
const reachableSchema = z.object({ repositories: z.array(foundSchema) })
const issueSchema = z.object({
  title: subjectSchema.shape.title,
  body: z.string().max(130_000).nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().max(100) }).transform(({ name }) => name)])),
  milestone: z.object({ number: z.int().positive() }).nullish(),
  pull_request: z.object({}).nullish(),
})
/** To decide, and to write nothing. */
export const look: TokenPermissions = { metadata: 'read', contents: 'read', issues: 'read', pull_requests: 'read' }

/** For what is asked over the HTTP API: nothing is written, a worker answers where it is asked to. */
export function createReadRepositories(app: GitHubApp): ReadRepositories {
  return {
    async open({ owner, name }, tokenOwner, signal) {
      const installationId = await app.installationOf(owner, name, signal)
      if (installationId === null) return null
      await app.revokeLeft(tokenOwner)
      const client = await orNull(app.openClient(installationId, { owner: tokenOwner, names: [name] }, look, signal))
      if (client === null) return null
      await using opened = new AsyncDisposableStack()
      opened.use(client)
      const found = foundSchema.parse(await client.call('GET /repos/{owner}/{repo}', { owner, repo: name }))
      const organisation = opened.use(await openOrganisation(app, tokenOwner, installationId, signal))
      const { id, private: isPrivate, archived, default_branch: defaultBranch } = found
      const at = { owner: found.owner.login, name: found.name }
      const kept = opened.move()
      return {
        installationId,
        repository: { id, ...at, private: isPrivate, defaultBranch },
        facts: createRepositoryFacts(client, organisation ?? client, {
          ...at,
          private: isPrivate,
          archived,
          defaultBranch,
        }),
        botLogin: () => app.botLogin(signal),
        subject: (kind, number) => readSubject(client, at, kind, number),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      } satisfies ReadRepository
    },
    async permissionOn({ installationId, repositoryId }, login, tokenOwner, signal) {
      const scope = { owner: tokenOwner, repositoryId }
      await using client = await orNull(app.openClient(installationId, scope, { metadata: 'read' }, signal))
      const found = client === null ? null : await locateById(client, repositoryId)
      return client === null || found === null
        ? null
        : createRepositoryFacts(client, client, found.now).permissionOf(login)
    },
  }
}

/** What a token for one repository reaches, whatever it is called by now. */
export async function locateById(
  client: GitHubClient,
  repositoryId: number,
): Promise<{ readonly now: RepositoryNow; readonly repository: Repository } | null> {
  const { repositories } = reachableSchema.parse(await client.call('GET /installation/repositories', { per_page: 1 }))
  const found = repositories.find(({ id }) => id === repositoryId)
  if (found === undefined) return null
  const { id, private: isPrivate, archived, default_branch: defaultBranch } = found
  const common = { owner: found.owner.login, name: found.name, private: isPrivate, defaultBranch }
  return { now: { ...common, archived }, repository: { ...common, id } }
}

async function readSubject(
  client: GitHubClient,
  { owner, name: repo }: { readonly owner: string; readonly name: string },
  kind: 'issue' | 'pull-request',
  number: number,
): Promise<TriggerEvent['subject'] | null> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}'
  const found = await client.find(route, { owner, repo, issue_number: number })
  if (found === null) return null
  const { title, body, labels, milestone, pull_request } = issueSchema.parse(found)
  // GitHub calls a pull request an issue that has this.
  if ((pull_request ? 'pull-request' : 'issue') !== kind) return null
  const subject = { kind, number, title, body: body ?? '' }
  if (kind === 'pull-request') return subject
  return { ...subject, sorting: { labels: labels.slice(0, mostLabels), milestone: milestone?.number ?? null } }
}
