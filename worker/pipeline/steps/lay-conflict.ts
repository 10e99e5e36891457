import type { FileChange } from '../../contract/index.ts'
import { hasMark, listPaths } from '../conflict.ts'
import { instructionRoot } from '../instruction-root.ts'
import type { Job, StepResult } from '../job.ts'
import type { Owner } from '../ports/index.ts'
import { presentIn } from '../swap-instructions.ts'
import type { Cloned } from './clone.ts'
import { changesOfMerge, type Merges, mergeIn } from './merge.ts'
import type { Prepared } from './prepare.ts'
import type { Sealed } from './seal.ts'

/**
 * Lays what the base branch brought over the agent's workspace, with git's marks where it does not fit. No sandbox runs.
 * All of it counts as having been there: the agent's work is what comes on top, and nothing else is judged.
 */
export async function layConflict(
  job: Job,
  prepared: Prepared,
  cloned: Cloned,
  sealed: Sealed,
  merges: Merges,
): Promise<StepResult<Sealed>> {
  const { request, attempt, facts } = job
  const merge = await mergeIn(job, merges)
  const brought = await changesOfMerge(job, merge)
  if ('end' in brought) return brought
  const owner = prepared.engine.fileOwner(request.id)
  const merged = await merge.tree.list(attempt.signal)
  const present = new Map(await presentIn(sealed, cloned.base, attempt.signal))
  for (const file of brought.value.files) {
    // The default branch's lie there, whatever this merge made of them.
    if (instructionRoot(file.path) !== null) continue
    await lay(job, owner, file)
    const fingerprint = merged.get(file.path)
    if (fingerprint === undefined) present.delete(file.path)
    else present.set(file.path, fingerprint)
  }
  const paths = new Set(merge.conflicts)
  const marked = brought.value.files.filter(({ path, after }) => paths.has(path) && after && hasMark(after.content))
  const { theirs, sha, conflicts } = merge
  facts.conflict = { theirs, sha, paths: conflicts, marked: marked.map(({ path }) => path) }
  facts.notes.push(
    `What this branch and its base branch had made of these files did not fit together, and the agent put it together: ${listPaths(conflicts)}`,
  )
  return { value: { kept: async () => present } }
}

async function lay({ ports, folders }: Job, owner: Owner, { path, after }: FileChange): Promise<void> {
  const { workspace } = folders.agent
  if (after === null) return ports.folders.remove(workspace, path)
  if (after.mode === '120000') return ports.folders.link(workspace, path, after.content, owner)
  return ports.folders.write(workspace, path, after.content, owner, after.mode === '100755')
}
