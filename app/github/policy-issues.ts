import { z } from 'zod'
import type { Attempt, IssueDesk } from '../intake/ports.ts'
import { organisationPolicyPath, organisationRepositories } from '../repo-policy/evaluate-policy.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import type { OwnerScope } from './owner-scope.ts'
import { readPolicyFile } from './read-policy-file.ts'

const createdSchema = z.object({ number: z.int().positive() })
const foundSchema = z.object({ state: z.string(), user: z.object({ login: z.string() }).nullable() }).nullable()
const permissions = { issues: 'write', contents: 'read' } as const

/** Issues about broken policies, with a token of their own: what answers a pull request cannot open one. */
export function createIssueDesk(
  app: Pick<GitHubApp, 'openClient' | 'botLogin'>,
  { account, installationId, token }: Omit<OwnerScope, 'otherwise'>,
  repository: string,
  { signal, fence }: Attempt,
): IssueDesk {
  const own = { owner: account, repo: repository }

  async function openIn(
    client: GitHubClient,
    at: typeof own,
    issue: { readonly title: string; readonly body: string },
  ) {
    await fence.check()
    const { number } = createdSchema.parse(await client.call('POST /repos/{owner}/{repo}/issues', { ...at, ...issue }))
    return { repository: at.repo, number }
  }

  return {
    async open(level, issue) {
      if (level === 'repository') {
        await using client = await app.openClient(installationId, token, permissions, signal)
        return await openIn(client, own, issue)
      }
      for (const repo of organisationRepositories) {
        const scope = { owner: token.owner, names: [repo] }
        await using client = await orOutOfReach(app.openClient(installationId, scope, permissions, signal))
        if (client === null) continue
        const at = { owner: account, repo }
        const found = await readPolicyFile(client, { ...at, path: organisationPolicyPath })
        if (found.kind !== 'none') return await openIn(client, at, issue)
      }
      return null
    },
    async close(level, issue, body) {
      const isOwn = level === 'repository'
      const scope = isOwn ? token : { owner: token.owner, names: [issue.repository] }
      await using client = await orOutOfReach(app.openClient(installationId, scope, permissions, signal))
      if (client === null) return
      const at = { owner: account, repo: isOwn ? repository : issue.repository, issue_number: issue.number }
      const found = await client.find('GET /repos/{owner}/{repo}/issues/{issue_number}', at)
      const { state, user } = foundSchema.parse(found) ?? {}
      if (state !== 'open' || user?.login !== (await app.botLogin(signal))) return
      await fence.check()
      await client.call('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...at, body })
      await client.call('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { ...at, state: 'closed' })
    },
  }
}
