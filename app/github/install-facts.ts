/** What an installation looks like from GitHub's side, for whoever checks it. Reads, and changes nothing. */
import { z } from 'zod'
import { listAll, perPage, repositorySchema } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'

const permissionsSchema = z.record(z.string(), z.string())
const appSchema = z.object({ slug: z.string(), permissions: permissionsSchema, events: z.array(z.string()) })
const hookSchema = z.object({
  url: z.string().nullish(),
  content_type: z.string().nullish(),
  secret: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).nullish(),
})
const installationSchema = z.object({
  id: z.int().positive(),
  account: z.object({ login: repositorySchema.shape.owner }),
  suspended_at: z.string().nullish(),
  permissions: permissionsSchema,
  events: z.array(z.string()),
})
const repositoryFactsSchema = z.object({
  name: repositorySchema.shape.name,
  owner: z.object({ login: repositorySchema.shape.owner }),
  default_branch: repositorySchema.shape.defaultBranch,
  archived: z.boolean(),
  has_issues: z.boolean(),
})
const branchSchema = z.object({ protected: z.boolean() })
const rulesSchema = z.array(
  z.object({
    type: z.string(),
    parameters: z.object({ required_approving_review_count: z.int().nullish() }).nullish(),
  }),
)
const protectionSchema = z.object({
  required_pull_request_reviews: z.object({ required_approving_review_count: z.int().nullish() }).nullish(),
})
const workflowSchema = z.object({
  default_workflow_permissions: z.string(),
  can_approve_pull_request_reviews: z.boolean(),
})
const mostPages = 100

export type AppFacts = z.infer<typeof appSchema>
export type InstallationFacts = z.infer<typeof installationSchema>

export interface HookFacts {
  readonly url: string | null
  readonly contentType: string | null
  readonly hasSecret: boolean
  readonly checksTls: boolean
}

/** Null where GitHub does not let the App read it. */
export interface RepositoryInstallFacts {
  readonly fullName: string
  readonly archived: boolean
  readonly hasIssues: boolean
  readonly defaultBranch: string
  readonly isProtected: boolean
  /** Approvals that a merge into the default branch needs; null: whether it needs one cannot be read. */
  readonly approvals: number | null
  readonly hasLabel: boolean
  readonly workflows: { readonly write: boolean; readonly approve: boolean } | null
}

export async function readApp(app: GitHubApp, signal: AbortSignal): Promise<AppFacts> {
  return appSchema.parse(await app.asApp(signal).call('GET /app'))
}

export async function readHook(app: GitHubApp, signal: AbortSignal): Promise<HookFacts> {
  const { url, content_type, secret, insecure_ssl } = hookSchema.parse(
    await app.asApp(signal).call('GET /app/hook/config'),
  )
  return {
    url: url ?? null,
    contentType: content_type ?? null,
    hasSecret: secret !== null && secret !== undefined && secret !== '',
    checksTls: String(insecure_ssl ?? '0') === '0',
  }
}

/** Ten thousand at most. Throws GitHubError. */
export async function readInstallations(
  app: Pick<GitHubApp, 'asApp'>,
  signal: AbortSignal,
): Promise<readonly InstallationFacts[]> {
  const client = app.asApp(signal)
  const ask = async (page: object) =>
    z.array(installationSchema).parse(await client.call('GET /app/installations', { ...page }))
  return Array.fromAsync(listAll(ask, mostPages))
}

/** `label` starts jobs there. Throws GitHubError. */
export async function readRepositoryFacts(
  client: GitHubClient,
  at: { readonly owner: string; readonly repo: string },
  { label, mayReadSettings }: { readonly label: string | null; readonly mayReadSettings: boolean },
): Promise<RepositoryInstallFacts> {
  const found = repositoryFactsSchema.parse(await client.call('GET /repos/{owner}/{repo}', at))
  const { default_branch: defaultBranch, archived, has_issues: hasIssues } = found
  const on = { ...at, branch: defaultBranch }
  const branch = await client.find('GET /repos/{owner}/{repo}/branches/{branch}', on)
  const isProtected = branch !== null && branchSchema.parse(branch).protected
  const rules = rulesSchema.parse(
    (await client.find('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...on, per_page: perPage })) ?? [],
  )
  const protection =
    mayReadSettings && isProtected
      ? await client.find('GET /repos/{owner}/{repo}/branches/{branch}/protection', on)
      : null
  const workflow = mayReadSettings
    ? await readable(client.call('GET /repos/{owner}/{repo}/actions/permissions/workflow', at))
    : null
  return {
    ...{ fullName: `${found.owner.login}/${found.name}`, archived, hasIssues, defaultBranch },
    isProtected: isProtected || rules.length > 0,
    approvals: approvalsOf(rules, { isProtected, mayReadSettings, protection }),
    hasLabel:
      label !== null && (await client.find('GET /repos/{owner}/{repo}/labels/{name}', { ...at, name: label })) !== null,
    workflows: workflow === null ? null : workflowsOf(workflow),
  }
}

interface Protection {
  readonly isProtected: boolean
  readonly mayReadSettings: boolean
  readonly protection: unknown
}

/** A branch protection's own word needs a permission that Airlock does not ask for; a ruleset's does not. */
function approvalsOf(rules: z.infer<typeof rulesSchema>, protection: Protection): number | null {
  const ruled = rules.filter(({ type }) => type === 'pull_request')
  const byRules = ruled.map(({ parameters }) => parameters?.required_approving_review_count ?? 0)
  if (!protection.isProtected || byRules.some((count) => count > 0)) return Math.max(0, ...byRules)
  if (!protection.mayReadSettings) return null
  const reviews = protectionSchema.safeParse(protection.protection).data?.required_pull_request_reviews
  return Math.max(reviews?.required_approving_review_count ?? 0, ...byRules)
}

function workflowsOf(found: unknown) {
  const { default_workflow_permissions: level, can_approve_pull_request_reviews: approve } = workflowSchema.parse(found)
  return { write: level === 'write', approve }
}

/** Null where GitHub refuses it; what it says when it is away goes on. */
async function readable(asking: Promise<unknown>): Promise<unknown> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof GitHubError && (error.code === 'denied' || error.code === 'not-found')) return null
    throw error
  }
}
