import type { PullRequest, Repository } from '../state/entities.ts'
import { resolveCommit } from './commits.ts'
import { updateRef } from './refs.ts'
import { gitText } from './run-git.ts'

/** Where the head branch is now, with its commits brought over from a fork; undefined where the branch is gone. */
export async function fetchPullHead(
  repository: Repository,
  { headRepository, headRef }: Pick<PullRequest, 'headRepository' | 'headRef'>,
): Promise<string | undefined> {
  const sha = await resolveCommit(headRepository.gitDir, `refs/heads/${headRef}`)
  if (sha !== undefined && headRepository !== repository) {
    await gitText(repository.gitDir, ['fetch', '--quiet', '--no-write-fetch-head', headRepository.gitDir, sha])
  }
  return sha
}

/** Every pull request has a ref of its own, as on GitHub. */
export function setPullRef(repository: Repository, number: number, sha: string): Promise<void> {
  return updateRef(repository.gitDir, `refs/pull/${number}/head`, sha)
}
