import { z } from 'zod'
import {
  listAll,
  mostOfTitle,
  mostToldCommits,
  type Permission,
  permissionSchema,
  repositorySchema,
  shaSchema,
} from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { PullRequestNow, RepositoryFacts, RepositoryNow } from '../intake/ports.ts'
import { readDevcontainerImage } from '../repo-policy/devcontainer-image.ts'
import { policyPath } from '../repo-policy/evaluate-policy.ts'
import { visibilities } from '../repo-policy/rules/condition-schema.ts'
import type { RepositoryTraits } from '../repo-policy/rules/fits-condition.ts'
import type { GitHubClient } from './github-client.ts'
import { readPolicyFile } from './read-policy-file.ts'

const permissionAnswerSchema = z.object({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.object({ id: z.int() }).nullable(),
})
const traitsSchema = z.object({
  private: z.boolean(),
  visibility: z.enum(visibilities).nullable().catch(null),
  topics: z.array(z.string()).nullable().catch(null),
  custom_properties: z
    .record(z.string(), z.union([z.string(), z.array(z.string()), z.null()]))
    .nullable()
    .catch(null),
})
const refSchema = z.object({ object: z.object({ sha: shaSchema }) })
const branchesSchema = z.array(z.unknown())
const pullSchema = z.object({
  state: z.enum(['open', 'closed']),
  user: z.object({ login: z.string(), type: z.string() }).nullable(),
  head: z.object({
    ref: z.string().max(255),
    sha: shaSchema,
    repo: z.object({ id: repositorySchema.shape.id }).nullable(),
  }),
  base: z.object({ ref: z.string().max(255) }),
})
const comparedSchema = z.object({ merge_base_commit: z.object({ sha: shaSchema }), behind_by: z.int().nonnegative() })
const openPullsSchema = z.array(
  pullSchema.extend({ number: z.int().positive(), title: z.string(), body: z.string().nullish() }),
)
const commitsSchema = z.array(z.object({ commit: z.object({ message: z.string() }) }))
const protectedSchema = z.object({ protected: z.boolean() })
/** The newest come first. An older one is not seen: at worst there is a second pull request for the same. */
const mostPagesOfPulls = 10
/** The oldest come first, and GitHub itself ends at 250. */
const mostPagesOfCommits = 3

export function createRepositoryFacts(
  client: GitHubClient,
  now: RepositoryNow,
  { organisationPolicy, teamsOf }: Pick<RepositoryFacts, 'organisationPolicy' | 'teamsOf'>,
): RepositoryFacts {
  const at = { owner: now.owner, repo: now.name }

  /** In a repository without any commit GitHub says 409 instead of 404. */
  async function findRef(ref: string): Promise<unknown> {
    try {
      return await client.find('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...at, ref })
    } catch (error) {
      if (error instanceof GitHubError && error.code === 'rejected') return null
      throw error
    }
  }

  return {
    now,
    organisationPolicy,
    teamsOf,
    async traits() {
      return traitsOf(now, await client.find('GET /repos/{owner}/{repo}', at))
    },
    async permissionOf(username) {
      const found = await client.find('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        ...at,
        username,
      })
      const answer = permissionAnswerSchema.safeParse(found).data
      if (answer === undefined || answer.user === null) return null
      return { userId: answer.user.id, permission: heldPermission(answer.permission, answer.role_name) }
    },
    async headOf(branch) {
      const found = await findRef(`heads/${branch}`)
      if (found !== null) return { kind: 'commit', sha: refSchema.parse(found).object.sha }
      const branches = await client.call('GET /repos/{owner}/{repo}/branches', { ...at, per_page: 1 })
      return branchesSchema.parse(branches).length === 0 ? { kind: 'empty' } : { kind: 'missing' }
    },
    async pullRequest(number) {
      const found = await client.find('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: number })
      return found === null ? null : pullRequestNow(pullSchema.parse(found))
    },
    async openPullRequests() {
      const ask = async (page: object) =>
        openPullsSchema.parse(await client.call('GET /repos/{owner}/{repo}/pulls', { ...at, state: 'open', ...page }))
      const found = await Array.fromAsync(listAll(ask, mostPagesOfPulls))
      return found.map(({ number, title, body, ...pull }) => ({
        ...pullRequestNow(pull),
        ...{ number, title, body: body ?? '' },
      }))
    },
    async divergence(base, head) {
      const basehead = `${base}...${head}`
      const asked = { ...at, basehead, per_page: 1, page: 2 }
      const found = await client.find('GET /repos/{owner}/{repo}/compare/{basehead}', asked)
      if (found === null) return null
      const { merge_base_commit, behind_by } = comparedSchema.parse(found)
      return { common: merge_base_commit.sha, isBehind: behind_by > 0 }
    },
    async commitsOf(number) {
      const asked = { ...at, pull_number: number }
      const ask = async (page: object) =>
        commitsSchema.parse(
          await client.call('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', { ...asked, ...page }),
        )
      const commits = await Array.fromAsync(listAll(ask, mostPagesOfCommits))
      return commits.slice(-mostToldCommits).map(({ commit }) => firstLine(commit.message))
    },
    async titlesBefore(sha) {
      const commits = commitsSchema.parse(
        await client.call('GET /repos/{owner}/{repo}/commits', { ...at, sha, per_page: 30 }),
      )
      return commits.map(({ commit }) => firstLine(commit.message))
    },
    async isProtected(branch) {
      const found = await client.find('GET /repos/{owner}/{repo}/branches/{branch}', { ...at, branch })
      return found !== null && protectedSchema.parse(found).protected
    },
    repositoryPolicy: (commit) => readPolicyFile(client, { ...at, path: policyPath, ref: commit }),
    devcontainerImage: (commit) =>
      readDevcontainerImage((path) => readPolicyFile(client, { ...at, path, ref: commit })),
  }
}

/** What GitHub does not say stays unknown; older servers know only public and not public. */
function traitsOf({ owner, name }: RepositoryNow, found: unknown): RepositoryTraits {
  const known = traitsSchema.safeParse(found).data
  return {
    fullName: `${owner}/${name}`,
    nameIsProven: true,
    visibility: known?.visibility ?? (known?.private === false ? 'public' : null),
    topics: known?.topics ?? null,
    properties: known?.custom_properties ?? null,
  }
}

function pullRequestNow({ state, user, head, base }: z.infer<typeof pullSchema>): PullRequestNow {
  const { ref, sha, repo } = head
  return { open: state === 'open', author: user, ref, sha, baseRef: base.ref, repositoryId: repo?.id ?? null }
}

function firstLine(message: string): string {
  return (message.split(/[\n\r\u0085\u2028\u2029]/, 1)[0] ?? '').slice(0, mostOfTitle)
}

/**
 * GitHub's `permission` folds maintain into write and triage into read; `role_name` tells them apart, but may also be
 * the name of a custom role, and that can be anything.
 */
function heldPermission(permission: string, role: string | undefined): Permission {
  if (permission === 'write' && role === 'maintain') return 'maintain'
  if (permission === 'read' && role === 'triage') return 'triage'
  return permissionSchema.safeParse(permission).data ?? 'none'
}
