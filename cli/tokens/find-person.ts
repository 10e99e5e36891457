import { randomUUID } from 'node:crypto'
import { openByName } from '../../app/github/open-by-name.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import type { ApiToken, Permission } from '../../worker/contract/index.ts'
import type { AppCredentials } from '../settings/app-credentials.ts'
import { createPassingApp } from '../wiring/create-passing-app.ts'

export interface PersonOn {
  readonly userId: number
  readonly permission: Permission
  readonly repository: ApiToken['repositories'][number]
}

/** What a person may on a repository, as GitHub says now; else why that can't be told. */
export async function findPerson(
  credentials: AppCredentials,
  login: string,
  { owner, name }: { readonly owner: string; readonly name: string },
  signal: AbortSignal,
): Promise<PersonOn | { readonly why: string }> {
  try {
    const app = createPassingApp(credentials)
    await using open = await openByName(app, { owner, name }, `tokens-${randomUUID()}`, signal)
    if (open === null) return { why: `the App is not installed on ${owner}/${name}, or there is no such repository` }
    const live = await open.facts.permissionOf(login)
    if (live === null || live.permission === 'none') return { why: `${login} has no permission on ${owner}/${name}` }
    const { now } = open.facts
    return { ...live, repository: { id: open.id, owner: now.owner, name: now.name } }
  } catch (error) {
    if (error instanceof GitHubError) return { why: `GitHub could not be asked: ${error.message}` }
    throw error
  }
}
