import { z } from 'zod'
import { repositorySchema } from '../../worker/contract/index.ts'
import type { FoundPolicy, ScheduledPlace, ScheduleGitHub } from '../schedules/ports.ts'
import type { GitHubApp } from './create-github-app.ts'
import { findAnswer } from './find-answer.ts'
import type { GitHubClient } from './github-client.ts'
import { openOrganisation, orNull } from './open-repositories.ts'
import { locateById, look } from './read-repositories.ts'
import { createRepositoryFacts } from './repository-facts.ts'

const installationsSchema = z.array(z.object({ id: z.int().positive(), suspended_at: z.string().nullish() }))
const repositoriesSchema = z.object({
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
const perPage = 100
const mostPages = 100

export function createScheduleGitHub(app: GitHubApp): ScheduleGitHub {
  return {
    async open({ installationId, repositoryId }, tokenOwner, signal) {
      await app.revokeLeft(tokenOwner)
      const scope = { owner: tokenOwner, repositoryId }
      const client = await orNull(app.openClient(installationId, scope, look, signal))
      if (client === null) return null
      await using opened = new AsyncDisposableStack()
      opened.use(client)
      const located = await locateById(client, repositoryId)
      if (located === null) return null
      const { now, repository } = located
      const organisation = opened.use(await openOrganisation(app, tokenOwner, installationId, signal))
      const botLogin = () => app.botLogin(signal)
      const kept = opened.move()
      return {
        repository,
        facts: createRepositoryFacts(client, organisation ?? client, now),
        botLogin,
        // With a token of its own, because all else only looks.
        async sayOnce(pullRequest, id, text) {
          await using writer = await app.openClient(installationId, scope, { pull_requests: 'write' }, signal)
          await sayOnce(writer, now, pullRequest, { jobId: id, login: await botLogin() }, text)
        },
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      }
    },
    async *policies(signal) {
      const owner = 'schedules'
      await app.revokeLeft(owner)
      for await (const { id, suspended_at } of pages(async (page) => {
        return installationsSchema.parse(await app.asApp(signal).call('GET /app/installations', page))
      })) {
        if (suspended_at) continue
        await using client = await orNull(
          app.openClient(id, { owner, all: true }, { metadata: 'read', contents: 'read' }, signal),
        )
        if (client !== null) yield* policiesOf(client, id)
      }
    },
  }
}

async function* policiesOf(client: GitHubClient, installationId: number): AsyncIterable<FoundPolicy> {
  for await (const found of pages(async (page) => {
    return repositoriesSchema.parse(await client.call('GET /installation/repositories', page)).repositories
  })) {
    const { id: repositoryId, owner, private: isPrivate, archived, default_branch: defaultBranch, name } = found
    if (archived) continue
    const now = { owner: owner.login, name, private: isPrivate, archived, defaultBranch }
    const policy = await createRepositoryFacts(client, client, now).repositoryPolicy(defaultBranch)
    const place: ScheduledPlace = { installationId, repositoryId }
    if (policy.kind === 'text') yield { ...place, fullName: `${owner.login}/${name}`, text: policy.text }
  }
}

async function* pages<T>(read: (page: Record<string, number>) => Promise<readonly T[]>): AsyncIterable<T> {
  for (let page = 1; page <= mostPages; page += 1) {
    const items = await read({ per_page: perPage, page })
    yield* items
    if (items.length < perPage) return
  }
}

async function sayOnce(
  client: GitHubClient,
  { owner, name: repo }: { readonly owner: string; readonly name: string },
  pullRequest: number,
  mark: { readonly jobId: string; readonly login: string },
  body: string,
): Promise<void> {
  const route = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
  const on = { owner, repo, issue_number: pullRequest }
  if ((await findAnswer(client, `GET ${route}`, on, mark)) === null) await client.call(`POST ${route}`, { ...on, body })
}
