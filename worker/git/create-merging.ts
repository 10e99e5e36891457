import type { JobRequest } from '../contract/index.ts'
import { type Source, SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import type { KnownBase } from './base-memo.ts'
import { readBaseTree, type TreeLimits } from './base-tree.ts'
import type { SourceDeps } from './create-source.ts'
import { describeBase } from './describe-base.ts'
import { describeTree } from './describe-tree.ts'
import type { Git } from './git-command.ts'
import { mergeTrees } from './merge-trees.ts'
import type { Mirrors } from './mirror.ts'
import { readChanges } from './read-changes.ts'

export interface MergingDeps {
  readonly git: Git
  readonly mirrors: Pick<Mirrors, 'fetchBase'>
  readonly cloneAccess: SourceDeps['cloneAccess']
  readonly limits: TreeLimits
  readonly readBase: (repository: string, sha: string, signal: AbortSignal) => Promise<KnownBase>
}

/** What is made of a branch that went on: commits of the mirror put together in the job's clean repository. */
export function createMerging(deps: MergingDeps): Pick<Source, 'merge' | 'changes'> {
  const { git, mirrors, limits, readBase } = deps

  const fetched = (request: JobRequest, base: JobRequest['base'], signal: AbortSignal) =>
    mirrors.fetchBase({ ...request, base }, () => deps.cloneAccess(request, signal), signal)

  return {
    merge: (request, { repository, from, ours, theirs }, signal) =>
      orUnmergeable(async () => {
        await fetched(request, { ref: theirs.ref, sha: from }, signal)
        const { mirror, treeSha: theirTree } = await fetched(request, theirs, signal)
        const known = await readBase(mirror, theirs.sha, signal)
        const sides = { base: from, ours, theirs: theirs.sha }
        const { treeSha, sha, conflicts } = await mergeTrees(git, repository, sides, signal)
        const entries = (stop: AbortSignal) => readBaseTree(git, repository, treeSha, limits, stop)
        return {
          theirs: describeBase(
            theirs.sha,
            describeTree(git, mirror, theirTree, async () => known.entries),
            known,
          ),
          tree: describeTree(git, repository, treeSha, entries),
          sha,
          conflicts,
        }
      }),
    changes: (repository, between, mostBytes, signal) =>
      orUnmergeable(() => readChanges(git, repository, between, { limits, mostBytes }, signal)),
  }
}

/** Trees can be made so that git compares them for hours: that is an end of the job, and no bug. */
async function orUnmergeable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new SourceError('unmergeable', `git could not put the two together: ${error.code}`, { cause: error })
  }
}
