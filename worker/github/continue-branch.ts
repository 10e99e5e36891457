import { type Fence, HandoffError } from '../pipeline/ports/index.ts'
import { checkBranchName } from './check-branch-name.ts'
import { isSameWork } from './create-branch.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

export interface Continuation {
  /** Of a pull request of ours. */
  readonly branch: string
  /** The commit that the work began on. */
  readonly base: string
  /** The staged one on top of it. */
  readonly commit: string
  readonly fence: Fence
}

/** The commit that stands for the work on the branch; or why it can't be there. */
export type Added = { readonly sha: string } | { readonly why: string; readonly isRefused?: boolean }

/**
 * Adds the commit to the branch, and never forces it: GitHub refuses to move a branch that has moved in between, so
 * nothing that somebody pushed is lost. An earlier try may have added it, and somebody have pushed on top since.
 */
export async function continueBranch(
  session: RepositorySession,
  located: LocatedRepository,
  wanted: Continuation,
): Promise<Added> {
  const { branch, commit, fence } = wanted
  if (branch === located.defaultBranch) return { why: 'it is the default branch by now' }
  checkBranchName(branch, located.defaultBranch)
  const { owner, repo } = located
  const ref = `heads/${branch}`
  const find = () => lookAt(session, located, wanted)
  const create = async () => {
    await session.once((octokit) => octokit.rest.git.updateRef({ owner, repo, ref, sha: commit, force: false }))
    return { sha: commit }
  }
  try {
    return await ensure<Added>({ find, create }, fence, session.signal)
  } catch (error) {
    // By a rule that is no protection of the branch. A new branch may still be had.
    if (error instanceof HandoffError && error.code === 'rejected')
      return { why: 'GitHub refused to add to it', isRefused: true }
    throw error
  }
}

/** Where the branch is: at our commit, past it, or at anything else. Null: where the work began. */
async function lookAt(
  session: RepositorySession,
  located: LocatedRepository,
  { branch, base, commit }: Continuation,
): Promise<Added | null> {
  const { owner, repo } = located
  const found = await session.find((octokit) => octokit.rest.repos.getBranch({ owner, repo, branch }))
  if (found === null) return { why: 'it is gone' }
  const head = found.data.commit.sha
  if (head === commit) return { sha: commit }
  if (found.data.protected) return { why: 'it is protected by now' }
  if (head === base) return null
  if (await contains(session, located, head, commit)) return { sha: commit }
  if (await isSameWork(session, located, head, commit)) return { sha: head }
  return { why: 'it got other commits in the meantime' }
}

/** A commit that no branch has is in nobody's history; GitHub may also say that it does not know it there. */
async function contains(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  head: string,
  commit: string,
): Promise<boolean> {
  const basehead = `${commit}...${head}`
  const found = await session.find((octokit) =>
    octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 1, page: 2 }),
  )
  return found?.data.status === 'ahead'
}
