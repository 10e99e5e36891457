import { z } from 'zod'
import { mostLabels, subjectSchema, type TriggerEvent } from '../../worker/contract/index.ts'
import type { ReadRepositories, ReadRepository, RepositoryPlace } from '../api/ports.ts'
import type { GitHubApp, TokenClient, TokenPermissions } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { findReachable } from './locate.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import { createOwnerReaders } from './owner-readers.ts'
import { createIssueDesk } from './policy-issues.ts'
import { type ReachableRepository, reachableRepositorySchema, repositoryNowOf } from './reachable-repositories.ts'
import { createRepositoryFacts } from './repository-facts.ts'

const issueSchema = z.object({
  title: subjectSchema.shape.title,
  body: z.string().max(130_000).nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().max(100) }).transform(({ name }) => name)])),
  milestone: z.object({ number: z.int().positive() }).nullish(),
  pull_request: z.object({}).nullish(),
})
/** No queue takes this away from whoever has it. */
const noFence = { check: async () => undefined }
/** To decide, and to write nothing. */
const look: TokenPermissions = { metadata: 'read', contents: 'read', issues: 'read', pull_requests: 'read' }

/** For what is asked over the HTTP API: nothing is written, a worker answers where it is asked to. */
export function createReadRepositories(app: GitHubApp): ReadRepositories {
  return {
    async open({ owner, name }, tokenOwner, signal) {
      const installationId = await app.installationOf(owner, name, signal)
      if (installationId === null) return null
      const scope = { owner: tokenOwner, names: [name] }
      return openWith(app, { installationId, scope, signal }, async (client) =>
        reachableRepositorySchema.parse(await client.call('GET /repos/{owner}/{repo}', { owner, repo: name })),
      )
    },
    openById: (place, tokenOwner, signal) => openById(app, place, tokenOwner, signal),
  }
}

/** A repository to be looked at, whatever it is called by now. Null: the App does not reach it any more. */
export function openById(
  app: GitHubApp,
  { installationId, repositoryId }: RepositoryPlace,
  tokenOwner: string,
  signal: AbortSignal,
): Promise<ReadRepository | null> {
  const scope = { owner: tokenOwner, repositoryId }
  return openWith(app, { installationId, scope, signal }, (client) => findReachable(client, repositoryId))
}

interface Opening {
  readonly installationId: number
  readonly scope: Parameters<GitHubApp['openClient']>[1]
  readonly signal: AbortSignal
}

async function openWith(
  app: GitHubApp,
  { installationId, scope, signal }: Opening,
  find: (client: TokenClient) => Promise<ReachableRepository | null>,
): Promise<ReadRepository | null> {
  await app.revokeLeft(scope.owner)
  const client = await orOutOfReach(app.openClient(installationId, scope, look, signal))
  if (client === null) return null
  await using opened = new AsyncDisposableStack()
  opened.use(client)
  const found = await find(client)
  if (found === null) return null
  const now = repositoryNowOf(found)
  const { owner, name, private: isPrivate, defaultBranch } = now
  const owners = createOwnerReaders(app, { account: owner, installationId, token: scope, otherwise: client }, signal)
  const kept = opened.move()
  return {
    installationId,
    repository: { id: found.id, owner, name, private: isPrivate, defaultBranch },
    facts: createRepositoryFacts(client, now, owners),
    issues: createIssueDesk(app, { account: owner, installationId, token: scope }, name, { signal, fence: noFence }),
    botLogin: () => app.botLogin(signal),
    subject: (kind, number) => readSubject(client, now, kind, number),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
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
