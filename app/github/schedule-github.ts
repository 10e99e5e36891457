import { policyPath } from '../repo-policy/evaluate-policy.ts'
import type { FoundPolicy, ScheduleGitHub } from '../schedules/ports.ts'
import type { GitHubApp } from './create-github-app.ts'
import { findAnswer } from './find-answer.ts'
import type { GitHubClient } from './github-client.ts'
import { readInstallations } from './install-facts.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import { listReachable } from './reachable-repositories.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { openById } from './read-repositories.ts'

export function createScheduleGitHub(app: GitHubApp): ScheduleGitHub {
  return {
    async open(place, tokenOwner, signal) {
      const open = await openById(app, place, tokenOwner, signal)
      if (open === null) return null
      const scope = { owner: tokenOwner, repositoryId: place.repositoryId }
      return {
        ...open,
        // With a token of its own, because all else only looks.
        async sayOnce(pullRequest, id, text) {
          await using writer = await app.openClient(place.installationId, scope, { pull_requests: 'write' }, signal)
          await sayOnce(writer, open.facts.now, pullRequest, { jobId: id, login: await open.botLogin() }, text)
        },
      }
    },
    async *policies(signal) {
      const owner = 'schedules'
      await app.revokeLeft(owner)
      for (const { id, suspended_at: suspended } of await readInstallations(app, signal)) {
        if (suspended) continue
        await using client = await orOutOfReach(
          app.openClient(id, { owner, all: true }, { metadata: 'read', contents: 'read' }, signal),
        )
        if (client !== null) yield* policiesOf(client, id)
      }
    },
  }
}

async function* policiesOf(client: GitHubClient, installationId: number): AsyncIterable<FoundPolicy> {
  for await (const { id: repositoryId, owner, name, default_branch: ref } of listReachable(client)) {
    const policy = await readPolicyFile(client, { owner: owner.login, repo: name, path: policyPath, ref })
    if (policy.kind === 'text') {
      yield { installationId, repositoryId, fullName: `${owner.login}/${name}`, text: policy.text }
    }
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
