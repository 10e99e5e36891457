import { z } from 'zod'
import { perPage, repositorySchema } from '../../worker/contract/index.ts'
import type { InstallationNow, ReachableRepository } from '../intake/evaluate-life.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { Installations } from '../intake/handle-life.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'

const installationSchema = z.object({ suspended_at: z.string().nullish() })
const pageSchema = z.object({
  total_count: z.int().nonnegative(),
  repositories: z.array(
    z.object({
      id: repositorySchema.shape.id,
      name: repositorySchema.shape.name,
      owner: z.object({ login: repositorySchema.shape.owner }),
      archived: z.boolean(),
    }),
  ),
})
const mostPages = 1000

export function createInstallations(app: Pick<GitHubApp, 'asApp' | 'openClient' | 'revokeLeft'>): Installations {
  return {
    async now(installationId, owner, { signal }): Promise<InstallationNow> {
      await app.revokeLeft(owner)
      const asked = { installation_id: installationId }
      const found = await app.asApp(signal).find('GET /app/installations/{installation_id}', asked)
      if (found === null) return { kind: 'gone' }
      if (installationSchema.parse(found).suspended_at) return { kind: 'suspended' }
      await using client = await app.openClient(installationId, { owner, all: true }, { metadata: 'read' }, signal)
      return { kind: 'active', repositories: await countedRepositories(client) }
    },
  }
}

/**
 * Every one of them. What is missing here is taken for gone, so a list that came to less than GitHub's own count is no
 * list: it changed while it was read, or GitHub failed half-way.
 */
async function countedRepositories(client: GitHubClient): Promise<readonly ReachableRepository[]> {
  const found = new Map<number, ReachableRepository>()
  for (let page = 1; page <= mostPages; page += 1) {
    const asked = { per_page: perPage, page }
    const { total_count: total, repositories } = pageSchema.parse(
      await client.call('GET /installation/repositories', asked),
    )
    for (const { id, name, owner, archived } of repositories) found.set(id, { id, name, owner: owner.login, archived })
    if (found.size >= total) return [...found.values()]
    if (repositories.length === 0) break
  }
  throw new GitHubError('unavailable', 'GitHub listed fewer repositories than it counted')
}
