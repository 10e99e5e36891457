import { type Fence, HandoffError } from '../pipeline/ports/index.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

export interface BranchWanted {
  readonly branch: string
  readonly commit: string
  readonly fence: Fence
}

/** The commit of the branch; null where there is no such branch. */
export async function findBranch(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  branch: string,
): Promise<string | null> {
  const found = await session.find((octokit) => octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` }))
  return found?.data.object.sha ?? null
}

/** Ids of a commit's tree and of its parents. */
export async function readCommit(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  sha: string,
): Promise<{ readonly tree: string; readonly parents: readonly string[] }> {
  const { data } = await session.call((octokit) => octokit.rest.git.getCommit({ owner, repo, commit_sha: sha }))
  return { tree: data.tree.sha, parents: data.parents.map((parent) => parent.sha) }
}

/**
 * Creates the branch, never moves one. A branch of that name is ours if an earlier try made it: the same commit, or one
 * with the same tree on the same parents. Anything else is somebody else's. Returns the branch's commit. `looked` is
 * what `findBranch` has just said.
 */
export async function createBranch(
  session: RepositorySession,
  located: LocatedRepository,
  { branch, commit, fence }: BranchWanted,
  looked: string | null,
): Promise<string> {
  const at = { owner: located.owner, repo: located.repo }
  const find = () => findBranch(session, located, branch)
  const create = async () => {
    const ref = `refs/heads/${branch}`
    const made = await session.once((octokit) => octokit.rest.git.createRef({ ...at, ref, sha: commit }))
    return made.data.object.sha
  }

  const there = await ensure({ find, create }, fence, session.signal, looked)
  if (await isSameWork(session, located, there, commit)) return there
  throw new HandoffError('branch-taken', `${branch} exists and holds something else`)
}

/** Are these one commit, or two with the same tree on the same parents, as two tries of one job make them? */
export async function isSameWork(
  session: RepositorySession,
  located: LocatedRepository,
  one: string,
  other: string,
): Promise<boolean> {
  const identity = async (sha: string) => {
    const { tree, parents } = await readCommit(session, located, sha)
    return [tree, ...parents].join(' ')
  }
  return one === other || (await identity(one)) === (await identity(other))
}
