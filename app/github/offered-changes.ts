import { z } from 'zod'
import { type PullEvent, perPage } from '../../worker/contract/index.ts'
import type { OfferedChanges } from '../intake/check-policy-change.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { locate } from './locate.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import { createOwnerReaders } from './owner-readers.ts'
import { writePolicyCheck } from './policy-check.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { createRepositoryFacts } from './repository-facts.ts'

const permissions = { metadata: 'read', contents: 'read', pull_requests: 'read', checks: 'write' } as const
const filesSchema = z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() }))
const blobSchema = z.object({ sha: z.string() })

/**
 * Pull requests against default branches. Nearly all of them change no policy: these cost three requests, to mint a
 * token, to list files, and to revoke it.
 */
export function createOfferedChanges(app: GitHubApp, appId: number): OfferedChanges {
  return {
    async open(event, attempt) {
      const { eventKey: owner, installationId, repository } = event
      const { signal } = attempt
      await app.revokeLeft(owner)
      const token = { owner, repositoryId: repository.id }
      const client = await orOutOfReach(app.openClient(installationId, token, permissions, signal))
      if (client === null) return null
      return {
        changedAmong: (paths) => changedAmong(client, event, paths),
        async facts() {
          const now = await locate(client, event)
          if (now === null) return null
          const scope = { account: now.owner, installationId, token, otherwise: client }
          const facts = createRepositoryFacts(client, now, createOwnerReaders(app, scope, signal))
          const at = { owner: now.owner, repo: now.name }
          return { ...facts, policyAt: (path, ref) => readPolicyFile(client, { ...at, path, ref }) }
        },
        report: (check) => writePolicyCheck(client, { appId, event, fence: attempt.fence }, check),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

/**
 * From the list of files where that is one request; else each file is compared, however many there are. The event's count
 * is not believed where the list is full: one that was retargeted may have been counted against its base of before.
 */
async function changedAmong(client: GitHubClient, event: PullEvent, paths: readonly string[]): Promise<string[]> {
  const { repository, number, changedFiles, headSha } = event
  const at = { owner: repository.owner, repo: repository.name }
  if (changedFiles <= perPage) {
    const asked = { ...at, pull_number: number, per_page: perPage }
    const found = await client.find('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', asked)
    const files = filesSchema.parse(found ?? [])
    if (files.length < perPage) {
      return paths.filter((path) => files.some((file) => file.filename === path || file.previous_filename === path))
    }
  }
  const blobAt = async (path: string, ref: string) =>
    blobSchema.safeParse(await client.find('GET /repos/{owner}/{repo}/contents/{path}', { ...at, path, ref })).data?.sha
  const changed: string[] = []
  for (const path of paths) {
    if ((await blobAt(path, headSha)) !== (await blobAt(path, repository.defaultBranch))) changed.push(path)
  }
  return changed
}
