import type { ChangeSet, JobRequest, Outcome } from '../../contract/index.ts'
import { listPaths } from '../conflict.ts'
import { countLines } from '../count-lines.ts'
import { instructionRoot } from '../instruction-root.ts'
import { end, type Job, type StepResult } from '../job.ts'
import type { Merge } from '../ports/index.ts'
import { type Made, publish } from './publish.ts'

export type Merges = NonNullable<JobRequest['merges']>

/** Contents that are held in memory at a time. */
export const mostMergedBytes = 64 * 1024 * 1024
const workflow = /^\.github\/workflows\//i
const tooLarge = `what differs has more than ${mostMergedBytes} bytes`

/**
 * Brings a pull request of ours up to its base branch as far as that takes no agent, and publishes it. Null: the two do
 * not fit together. Nothing is judged: all of it is on one of the two branches already.
 */
export async function mergeBase(job: Job, merges: Merges): Promise<Outcome | null> {
  const { ports, request, folders, attempt, facts } = job
  const refused = await ports.authority.recheck(request, attempt.signal)
  if (refused !== null) return refused
  const at = { workspace: null, repository: folders.repository, owner: null }
  const base = await ports.source.materialise(request, at, attempt.signal)
  const merge = await mergeIn(job, merges)
  if (merge.conflicts.length > 0) return endOfConflicts(job, merge)
  if (merge.tree.treeSha === base.treeSha) return end('no-changes', 'base-merged-before').end
  const made = await mergedOn(job, merge, merge.tree.treeSha)
  if ('end' in made) return made.end
  facts.changedFiles = await broughtTo(job, merge)
  facts.notes.push(`Nothing stood in the way: no agent was needed, and what the gates saw before is as it was.`)
  const published = await publish(job, made.value, { template: null, owners: null, rebase: null })
  return 'end' in published ? published.end : published.value
}

export function mergeIn({ ports, request, folders, attempt }: Job, { ref, sha, from }: Merges): Promise<Merge> {
  const input = { repository: folders.repository, from, ours: request.base.sha, theirs: { ref, sha } }
  return ports.source.merge(request, input, attempt.signal)
}

/** A tree as the pull request's next commit: told by what it has that the base branch's commit has not. */
export async function mergedOn(
  { ports, folders, attempt }: Job,
  { theirs }: Pick<Merge, 'theirs'>,
  treeSha: string,
): Promise<StepResult<Made>> {
  const between = { from: theirs.sha, to: treeSha }
  const changeSet = await ports.source.changes(folders.repository, between, mostMergedBytes, attempt.signal)
  if (changeSet === null) return end('failed', 'merge-failed', tooLarge)
  return { value: { changeSet, baseTreeSha: theirs.treeSha } }
}

/** What merging changes in the pull request's files. */
export async function changesOfMerge(
  { ports, request, folders, attempt }: Job,
  { tree }: Pick<Merge, 'tree'>,
): Promise<StepResult<ChangeSet>> {
  const between = { from: request.base.sha, to: tree.treeSha }
  const changes = await ports.source.changes(folders.repository, between, mostMergedBytes, attempt.signal)
  return changes === null ? end('failed', 'merge-failed', tooLarge) : { value: changes }
}

async function broughtTo(job: Job, merge: Merge) {
  const changes = await changesOfMerge(job, merge)
  return 'end' in changes ? [] : changes.value.files.map(countLines)
}

/** An agent is shown the default branch's instructions in place of both versions: it could not put them together. */
async function endOfConflicts(job: Job, merge: Merge): Promise<Outcome | null> {
  const instructions = merge.conflicts.filter((path) => instructionRoot(path) !== null)
  if (instructions.length > 0) {
    const what = 'instructions and settings for agents do not fit together, and are for people to merge'
    return end('failed', 'merge-failed', `${what}: ${listPaths(instructions)}`).end
  }
  const brought = await changesOfMerge(job, merge)
  if ('end' in brought) return brought.end
  const workflows = brought.value.files.map(({ path }) => path).filter((path) => workflow.test(path))
  if (workflows.length === 0) return null
  // An agent is not paid for what GitHub then refuses.
  const what = 'the base branch changed workflows, which GitHub lets no App without a permission for them bring'
  return end('failed', 'merge-failed', `${what}: ${listPaths(workflows)}`).end
}
