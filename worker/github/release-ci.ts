import type { CiRelease } from '../pipeline/ports/index.ts'
import { findBranch, readCommit } from './create-branch.ts'
import { ensure } from './ensure.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { openRepositorySession, type RepositorySession } from './repository-session.ts'

/** A write token is minted here, for one repository and one commit, and revoked at its end. */
export function createCiRelease({ tokens }: { readonly tokens: InstallationTokens }): CiRelease {
  return {
    async release({ request, branch, commit, commitMessage, fence }, signal) {
      await using session = openRepositorySession(tokens, request, { contents: 'write' }, signal)
      const at = await session.locate()
      const { tree } = await readCommit(session, at, commit)
      const looked = await lookAt(session, at, branch, { commit, tree })
      if (looked.kind === 'elsewhere') return null
      // Whatever happened on the way: it is looked for before it is said to have failed.
      const find = async () => {
        const now = await lookAt(session, at, branch, { commit, tree })
        return now.kind === 'published' ? null : now
      }
      const create = async () => {
        const sha = await addEmptyCommit(session, at, { branch, commit, tree, message: commitMessage })
        return { kind: 'released', sha } as const
      }
      const there = await ensure({ find, create }, fence, session.signal, looked.kind === 'published' ? null : looked)
      return there.kind === 'released' ? there.sha : null
    },
  }
}

type Look = { readonly kind: 'published' | 'elsewhere' } | { readonly kind: 'released'; readonly sha: string }

interface Quarantined {
  readonly commit: string
  readonly tree: string
}

/** Where the branch is: at what was published, at our empty commit on it, or at anything else. */
async function lookAt(
  session: RepositorySession,
  at: LocatedRepository,
  branch: string,
  { commit, tree }: Quarantined,
): Promise<Look> {
  const sha = await findBranch(session, at, branch)
  if (sha === null) return { kind: 'elsewhere' }
  if (sha === commit) return { kind: 'published' }
  const head = await readCommit(session, at, sha)
  const isOurs = head.tree === tree && head.parents.join() === commit
  return isOurs ? { kind: 'released', sha } : { kind: 'elsewhere' }
}

/** GitHub refuses to move the branch if it has moved in between: nothing that somebody pushed is lost. */
async function addEmptyCommit(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { branch, commit, tree, message }: Quarantined & { readonly branch: string; readonly message: string },
): Promise<string> {
  const at = { owner, repo }
  return session.once(async (octokit) => {
    const made = await octokit.rest.git.createCommit({ ...at, message, tree, parents: [commit] })
    await octokit.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: made.data.sha, force: false })
    return made.data.sha
  })
}
