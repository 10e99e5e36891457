import { readCommit } from './commits.ts'
import { isFullId, readObject } from './object-store.ts'
import { readTips } from './ref-files.ts'
import { gitMaybe, gitText } from './run-git.ts'
import { findLine } from './tree-objects.ts'

const FEW_COMMITS = 20

/** How many commits `head` has beyond `base`; undefined where the two have nothing in common. */
export async function countAhead(gitDir: string, base: string, head: string): Promise<number | undefined> {
  const steps = await stepsDown(gitDir, head, base)
  if (steps !== undefined) return steps
  if ((await gitMaybe(gitDir, ['merge-base', base, head])) === undefined) return undefined
  return Number(await gitText(gitDir, ['rev-list', '--count', `${base}..${head}`]))
}

/** From `head` to `base` by only parents; undefined where they do not lead there soon. */
async function stepsDown(gitDir: string, head: string, base: string): Promise<number | undefined> {
  let at: string | undefined = head
  for (let steps = 0; steps <= FEW_COMMITS && at !== undefined; steps += 1) {
    if (at === base) return steps
    at = await onlyParent(gitDir, at)
  }
  return undefined
}

async function onlyParent(gitDir: string, sha: string): Promise<string | undefined> {
  if (!isFullId(sha) || (await readObject(gitDir, sha))?.type !== 'commit') return undefined
  const { parents } = await readCommit(gitDir, sha)
  return parents.length === 1 ? parents[0] : undefined
}

/** Workflow files that the commits bring which no ref of the repository reaches yet. */
export async function newWorkflowFiles(gitDir: string, sha: string): Promise<string[]> {
  if (await leavesWorkflowsAlone(gitDir, sha)) return []
  const commits = (await gitText(gitDir, ['rev-list', sha, '--not', '--all'])).split('\n').filter((line) => line !== '')
  const shown = ['--no-commit-id', '--name-only', '-r', '-m', '--root']
  const lists = commits.map((commit) => gitText(gitDir, ['diff-tree', ...shown, commit, '--', '.github/workflows']))
  return (await Promise.all(lists)).flatMap((list) => list.split('\n')).filter((path) => path !== '')
}

/** True for one commit right on top of others that refs point to, with the very same folder of workflows. */
async function leavesWorkflowsAlone(gitDir: string, sha: string): Promise<boolean> {
  const tips = await readTips(gitDir)
  if (tips === undefined || !isFullId(sha)) return false
  const { tree, parents } = await readCommit(gitDir, sha)
  if (parents.length === 0 || !parents.every((parent) => tips.has(parent))) return false
  const workflows = await workflowsOf(gitDir, tree)
  const before = await Promise.all(
    parents.map(async (parent) => workflowsOf(gitDir, (await readCommit(gitDir, parent)).tree)),
  )
  return workflows !== undefined && before.every((theirs) => theirs === workflows)
}

async function workflowsOf(gitDir: string, tree: string): Promise<string | null | undefined> {
  const line = await findLine(gitDir, tree, '.github/workflows')
  return line && `${line.mode} ${line.sha}`
}
