import { Buffer } from 'node:buffer'
import type { UnreadPart } from '../../contract/index.ts'
import { createBaseMemo } from '../base-memo.ts'
import { readBaseTree, type TreeLimits } from '../base-tree.ts'
import { collect } from '../collect.ts'
import type { Git } from '../git-command.ts'
import { createWalkThreads } from '../start-walk.ts'
import { type LocalChange, localBudget } from './local-change.ts'

export interface WorkTree {
  readonly gitDir: string
  readonly base: string
  /** The folder with the files. */
  readonly folder: string
}

/**
 * What the files of a work tree change about a commit, untracked ones included, ignored ones left out by the rules of
 * that commit. No index is asked and no filter runs: the bytes count. What cannot be taken is named, not skipped.
 * Throws SourceError for a base that is not taken, such as one with submodules.
 */
export async function readWorkTree(
  git: Git,
  { gitDir, base, folder }: WorkTree,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<LocalChange> {
  const entries = await readBaseTree(git, gitDir, base, limits, signal)
  const memo = createBaseMemo()
  memo.put(base, { entries, notes: [] })
  const input = {
    request: { base: { ref: base, sha: base } },
    paths: { workspace: folder, repository: gitDir },
    kept: new Map<string, string>(),
    budget: localBudget,
  }
  const result = await collect({ git, limits, threads: createWalkThreads(), memo }, input, signal)
  const none = { baseSha: base, treeSha: base, files: [] }
  return {
    changeSet: result.kind === 'changes' ? result.changeSet : none,
    basePaths: entries.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8')),
    unread: unreadOf(result),
  }
}

function unreadOf(result: Awaited<ReturnType<typeof collect>>): UnreadPart[] {
  switch (result.kind) {
    case 'unsafe':
      return [{ kind: 'unsafe-tree', path: result.path, why: `Nothing was read, because of this path: ${result.why}.` }]
    case 'over-budget':
      return [{ kind: 'too-large', path: result.path, why: `Nothing was read: ${result.why}.` }]
    case 'workspace-deleted':
      return [{ kind: 'unsafe-tree', path: null, why: 'No file of the base is left.' }]
    default:
      return []
  }
}
