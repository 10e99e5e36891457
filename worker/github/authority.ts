import { z } from 'zod'
import {
  type Actor,
  approvalsOf,
  type JobRequest,
  type Outcome,
  type Permission,
  permissions,
  type reasons,
} from '../contract/index.ts'
import { type Authority, HandoffError } from '../pipeline/ports/index.ts'
import type { Octokit } from './github-client.ts'
import type { InstallationTokens, TokenPermissions } from './installation-tokens.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { recheckContinued } from './recheck-continued.ts'
import { openRepositorySession, type RepositorySession } from './repository-session.ts'

export interface AuthorityDeps {
  readonly tokens: InstallationTokens
  /**
   * The digest of the policy as it is on the default branch now, or why it cannot be had. The client reads this one
   * repository; `headOfDefault` is the default branch's commit, null where there is none.
   */
  readonly policyDigest: (
    octokit: Octokit,
    repository: LocatedRepository,
    request: JobRequest,
    headOfDefault: () => Promise<string | null>,
  ) => Promise<string | Outcome>
  /** Why a person is not known to be in one of these teams of the owner's now; null: they are. */
  readonly outsideTeams: (
    repository: LocatedRepository,
    request: JobRequest,
    login: string,
    teams: readonly string[],
  ) => Promise<string | null>
  /** The login of this App's bot. Throws HandoffError. */
  readonly botLogin: () => Promise<string>
}

const permissionSchema = z.object({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.object({ id: z.int() }).nullable(),
})

/** Looks again at what the request was allowed for. The text is frozen in the request, so it is not looked at. */
export function createAuthority({ tokens, policyDigest, outsideTeams, botLogin }: AuthorityDeps): Authority {
  return {
    async recheck(request, signal, onMoved) {
      await using session = openRepositorySession(tokens, request, permissionsFor(request), signal)
      try {
        const at = await session.locate()
        if (at.archived) return refuse('repository-archived')
        const headOf = createHeads(session, at)
        return await firstRefusal([
          ...peopleOf(request).map((person) => recheckPerson(session, at, person)),
          ...peopleOf(request).map((person) => recheckTeams(session, at, request, person, outsideTeams)),
          recheckContinued(session, at, request, botLogin),
          request.fork === undefined
            ? recheckBase(session, at, headOf, request.base, onMoved)
            : recheckFork(session, at, request.base, request.fork),
          ...(request.merges === undefined ? [] : [recheckBase(session, at, headOf, request.merges)]),
          recheckPolicy(session, at, request, () => headOf(at.defaultBranch), policyDigest),
        ])
      } catch (error) {
        if (!(error instanceof HandoffError) || error.retryable) throw error
        return refuse('repository-unavailable', error.message)
      }
    },
  }
}

function permissionsFor({ continues, fork }: JobRequest): TokenPermissions {
  const look = { metadata: 'read', contents: 'read' } as const
  return continues === undefined && fork === undefined ? look : { ...look, pull_requests: 'read' }
}

/** All are asked at once and waited for: none goes on with a token that is revoked. The first that says no is the answer. */
async function firstRefusal(asked: readonly Promise<Outcome | null>[]): Promise<Outcome | null> {
  await Promise.allSettled(asked)
  for (const answer of asked) {
    const refused = await answer
    if (refused !== null) return refused
  }
  return null
}

interface Person {
  readonly actor: Actor
  readonly required: Permission
  readonly teams: readonly string[] | undefined
}

/** Everybody on whose word the job goes on: all who asked, and whoever approved what came of it. */
function peopleOf({ actor, approval, joined = [], policy }: JobRequest): Person[] {
  const { permission: required, teams } = policy.triggers
  const asked = [actor, ...joined.map((other) => other.actor)].map((person) => ({ actor: person, required, teams }))
  if (approval === undefined) return asked
  const approvals = approvalsOf(policy)
  return [...asked, { actor: approval.by, required: approvals.permission, teams: approvals.teams }]
}

/** By login: that it still is the same person's is looked at beside it. */
async function recheckTeams(
  session: RepositorySession,
  at: LocatedRepository,
  request: JobRequest,
  { actor, teams }: Person,
  outsideTeams: AuthorityDeps['outsideTeams'],
) {
  if (teams === undefined) return null
  const why = await session.call(() => outsideTeams(at, request, actor.login, teams))
  return why === null ? null : refuse('permission-lost', why)
}

async function recheckPerson(session: RepositorySession, at: LocatedRepository, { actor, required }: Person) {
  const found = await session.find((octokit) =>
    octokit.rest.repos.getCollaboratorPermissionLevel({ ...nameOf(at), username: actor.login }),
  )
  const level = permissionSchema.safeParse(found?.data).data
  // A login may have changed hands since: the id is the person.
  if (level?.user?.id !== actor.id) return refuse('permission-lost', actor.login)
  const held = heldPermission(level.permission, level.role_name)
  return permissions.indexOf(held) < permissions.indexOf(required) ? refuse('permission-lost', actor.login) : null
}

/**
 * GitHub's `permission` folds maintain into write and triage into read; `role_name` tells them apart, but may also be
 * the name of a custom role, and that may be anything.
 */
function heldPermission(permission: string, role: string | undefined): Permission {
  if (permission === 'write' && role === 'maintain') return 'maintain'
  if (permission === 'read' && role === 'triage') return 'triage'
  return permission === 'admin' || permission === 'write' || permission === 'read' ? permission : 'none'
}

/** The commit of a branch; null: it is gone. Of one recheck, each branch is looked at once. */
type Heads = (branch: string) => Promise<string | null>

function createHeads(session: RepositorySession, at: LocatedRepository): Heads {
  const looked = new Map<string, Promise<string | null>>()
  const look: Heads = async (branch) => {
    const found = await session.find((octokit) => octokit.rest.repos.getBranch({ ...nameOf(at), branch }))
    return found?.data.commit.sha ?? null
  }
  return (branch) => {
    const looking = looked.get(branch) ?? look(branch)
    looked.set(branch, looking)
    return looking
  }
}

/**
 * A branch that went on has the base in its history. One that was rewritten has not, also where GitHub still keeps the
 * commit: it was taken away on purpose, and must not come back on a branch of ours.
 */
async function recheckBase(
  session: RepositorySession,
  at: LocatedRepository,
  headOf: Heads,
  base: JobRequest['base'],
  onMoved?: (head: string) => void,
): Promise<Outcome | null> {
  const head = await headOf(base.ref)
  return head === null ? refuse('base-missing') : recheckHead(session, at, base.sha, head, onMoved)
}

/** A fork's head is at the pull request alone; one that was pushed over is not worked on. */
async function recheckFork(
  session: RepositorySession,
  at: LocatedRepository,
  base: JobRequest['base'],
  { pullRequest: pull_number, repositoryId }: NonNullable<JobRequest['fork']>,
): Promise<Outcome | null> {
  const pull = await session.find((octokit) => octokit.rest.pulls.get({ ...nameOf(at), pull_number }))
  const head = pull?.data.head
  if (head?.repo?.id !== repositoryId) return refuse('base-missing', "the fork's branch is gone")
  return recheckHead(session, at, base.sha, head.sha)
}

async function recheckHead(
  session: RepositorySession,
  at: LocatedRepository,
  base: string,
  head: string,
  onMoved?: (head: string) => void,
): Promise<Outcome | null> {
  if (head === base) return null
  const basehead = `${base}...${head}`
  // Only the first page has the files, and they can be large.
  const found = await session.find((octokit) =>
    octokit.rest.repos.compareCommitsWithBasehead({ ...nameOf(at), basehead, per_page: 1, page: 2 }),
  )
  if (found?.data.status !== 'ahead') return refuse('base-moved')
  onMoved?.(head)
  return null
}

async function recheckPolicy(
  session: RepositorySession,
  at: LocatedRepository,
  request: JobRequest,
  headOfDefault: () => Promise<string | null>,
  policyDigest: AuthorityDeps['policyDigest'],
): Promise<Outcome | null> {
  const digest = await session.call((octokit) => policyDigest(octokit, at, request, headOfDefault))
  if (typeof digest !== 'string') return digest
  return digest === request.policyDigest ? null : refuse('policy-changed')
}

function nameOf({ owner, repo }: LocatedRepository) {
  return { owner, repo }
}

function refuse(reason: (typeof reasons)['refused'][number], detail?: string): Outcome {
  return { outcome: 'refused', reason, ...(detail === undefined ? {} : { detail }) }
}
