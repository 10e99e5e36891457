import type { ChangeSet } from '../contract/index.ts'
import { verdictOf } from '../gates/evaluate-gates.ts'
import { listPaths } from './conflict.ts'
import { countLines } from './count-lines.ts'
import type { Job } from './job.ts'
import { SourceError } from './ports/index.ts'
import { gate } from './steps/gate.ts'
import { mostMergedBytes } from './steps/merge.ts'
import type { Prepared } from './steps/prepare.ts'
import type { Made } from './steps/publish.ts'

/**
 * The branch went on to `head` while the agent worked: puts its change there, where it fits and the gates think the same
 * of it. Null: it stays where it was made, and the note for people says why.
 */
export async function rebase(
  job: Job,
  prepared: Pick<Prepared, 'secrets'>,
  changeSet: ChangeSet,
  head: string,
): Promise<Made | null> {
  const { request, facts } = job
  const { gates, changedFiles } = facts
  const moved = await orWhy(() => move(job, changeSet, head))
  const why = 'why' in moved ? moved.why : await whyNot(job, prepared, moved)
  if ('why' in moved || why !== null) {
    Object.assign(facts, { gates, changedFiles })
    facts.notes.push(noteOf(request.base.ref, `${why}. The change is on the commit that it was made on`))
    return null
  }
  facts.changedFiles = moved.made.changeSet.files.map(countLines)
  facts.notes.push(noteOf(request.base.ref, `the change fits its commit ${head}, and is on that one`))
  return moved.made
}

type Moved = { readonly made: Made; readonly base: Parameters<typeof gate>[2]['base'] }

async function move(
  { ports, request, folders, attempt }: Job,
  changeSet: ChangeSet,
  head: string,
): Promise<Moved | { readonly why: string }> {
  const { repository } = folders
  const theirs = { ref: request.base.ref, sha: head }
  const input = { repository, from: request.base.sha, ours: changeSet.treeSha, theirs }
  const merge = await ports.source.merge(request, input, attempt.signal)
  if (merge.conflicts.length > 0)
    return { why: `the change does not fit what is there now: ${listPaths(merge.conflicts)}` }
  const between = { from: head, to: merge.tree.treeSha }
  const rebased = await ports.source.changes(repository, between, mostMergedBytes, attempt.signal)
  if (rebased === null) return { why: 'what differs is too large to be looked at' }
  if (rebased.files.length === 0) return { why: 'it has the very change by now' }
  return { made: { changeSet: rebased, baseTreeSha: merge.theirs.treeSha }, base: merge.theirs }
}

/** What is published is what the gates saw: so they look once more, at the change as it is there. */
async function whyNot(job: Job, prepared: Pick<Prepared, 'secrets'>, { made, base }: Moved): Promise<string | null> {
  const results = await gate(job, prepared, { base }, made.changeSet)
  return verdictOf(results) === 'publish' ? null : 'the gates would stop the change there'
}

/** A paid run of an agent is not given up because its branch went on. */
async function orWhy<T>(run: () => Promise<T>): Promise<T | { readonly why: string }> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { why: 'that could not be looked at' }
  }
}

function noteOf(branch: string, what: string): string {
  return `The branch ${branch} went on while the agent worked: ${what}.`
}
