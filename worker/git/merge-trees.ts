import type { Git } from './git-command.ts'

/** Three trees or commits; what `ours` and `theirs` changed since `base` is put together. */
export interface MergeSides {
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

export interface MergedTree {
  readonly treeSha: string
  /** A commit of that tree, known to the repository in which it was made. */
  readonly sha: string
  /** Paths of the result on which the two do not fit together. */
  readonly conflicts: readonly string[]
}

/** How git's marks name the two sides. Never names of branches: those are anybody's words. */
export const mergeSides = { ours: 'this-branch', theirs: 'base-branch' } as const

const timeoutMs = 120_000
const maxBytes = 64 * 1024 * 1024
const committer = 'committer airlock <airlock@localhost.invalid> 0 +0000'

/**
 * A three-way merge in the clean repository, which has neither files nor an index nor settings of anybody's: git finds
 * no attribute there, and so no driver and no `union`. Commits without history are made of the three trees, because the
 * mirror has no history to find their common ancestor by.
 */
export async function mergeTrees(
  git: Git,
  gitDir: string,
  sides: MergeSides,
  signal: AbortSignal,
): Promise<MergedTree> {
  const at = `--git-dir=${gitDir}`
  const trees = await treesOf(git, at, sides, signal)
  const merged = async (input: string): Promise<Buffer> => {
    await git([at, 'fast-import', '--quiet', '--force', '--done'], { input, signal, timeoutMs })
    const args = [at, 'merge-tree', '--write-tree', '--stdin', '-z', '--name-only', '--no-messages']
    return git(args, { input: `${mergeSides.ours} ${mergeSides.theirs}\n`, signal, timeoutMs, maxBytes })
  }
  const result = parseMerge(await merged(commitsOf(trees)))
  const message = ['-m', 'merged', result.treeSha]
  const made = await git([at, 'commit-tree', ...message], { env: identity, signal })
  return { ...result, sha: made.toString('latin1').trim() }
}

const identity = {
  GIT_AUTHOR_NAME: 'airlock',
  GIT_AUTHOR_EMAIL: 'airlock@localhost.invalid',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'airlock',
  GIT_COMMITTER_EMAIL: 'airlock@localhost.invalid',
  GIT_COMMITTER_DATE: '@0 +0000',
}

async function treesOf(git: Git, at: string, { base, ours, theirs }: MergeSides, signal: AbortSignal) {
  const input = [base, ours, theirs].map((side) => `${side}^{tree}\n`).join('')
  const output = await git([at, 'cat-file', '--batch-check'], { input, signal })
  return output
    .toString('latin1')
    .trim()
    .split('\n')
    .map((line) => {
      const [sha = '', type] = line.split(' ')
      if (type !== 'tree') throw new Error('what is to be merged is not there')
      return sha
    })
}

function commitsOf([base = '', ours = '', theirs = '']: readonly string[]): string {
  const commit = (name: string, tree: string, from: readonly string[]) =>
    [`commit refs/heads/${name}`, committer, 'data 0', ...from, `M 040000 ${tree} ""`, '', ''].join('\n')
  const from = ['from refs/heads/common']
  return `${commit('common', base, [])}${commit(mergeSides.ours, ours, from)}${commit(mergeSides.theirs, theirs, from)}done\n`
}

/** `1 NUL TREE NUL NUL` where all fits; else `0 NUL TREE NUL`, a path and NUL for each that does not, and NUL. */
function parseMerge(output: Buffer): Pick<MergedTree, 'treeSha' | 'conflicts'> {
  const [state, treeSha = '', ...paths] = output.toString('utf8').split('\0')
  if ((state !== '0' && state !== '1') || !/^[0-9a-f]{40}$/.test(treeSha)) {
    throw new Error('git merge-tree did not say what tree it made')
  }
  return { treeSha, conflicts: paths.filter((path) => path !== '') }
}
