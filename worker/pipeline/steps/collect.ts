import type { ChangeSet } from '../../contract/index.ts'
import { listPaths, unsolvedIn } from '../conflict.ts'
import { countLines } from '../count-lines.ts'
import { digestOfChange } from '../digest-of-change.ts'
import { end, type Job, type StepResult } from '../job.ts'
import type { Sealed } from './seal.ts'

/** A change beyond these is no pull request that a person could review; they also bound the host's memory. */
export const collectBudget = { bytes: 64 * 1024 * 1024, files: 200_000, fileBytes: 16 * 1024 * 1024, timeMs: 120_000 }

/** Builds the change set from the plain files of the dead sandbox. */
export async function collect(job: Job, sealed: Sealed): Promise<StepResult<ChangeSet>> {
  const { ports, request, folders, attempt } = job
  const paths = { workspace: ports.folders.find(folders.agent.workspace), repository: folders.repository }
  const { conflict } = job.facts
  // Where two sides are put together, what they brought is not the agent's.
  const from = conflict === null ? request : { ...request, base: { ...request.base, sha: conflict.sha } }
  const result = await ports.source.collect(from, paths, await sealed.kept(), collectBudget, attempt.signal)
  switch (result.kind) {
    case 'none':
      if (conflict !== null) return end('failed', 'conflict-unsolved', listPaths(conflict.paths))
      return end('no-changes', 'agent-changed-nothing')
    case 'workspace-deleted':
      return end('failed', 'workspace-deleted')
    case 'unsafe':
      return end('refused', 'workspace-unsafe', `${result.path}: ${result.why}`)
    case 'over-budget':
      return end('failed', 'collect-limit', [result.path, result.why].filter(Boolean).join(': '))
    case 'changes': {
      const unsolved = conflict === null ? [] : unsolvedIn(result.changeSet, conflict)
      if (unsolved.length > 0) return end('failed', 'conflict-unsolved', listPaths(unsolved))
      job.facts.changedFiles = result.changeSet.files.map(countLines)
      job.audit.append('change-set', {
        baseSha: result.changeSet.baseSha,
        treeSha: result.changeSet.treeSha,
        digest: digestOfChange(result.changeSet),
        files: result.changeSet.files.length,
      })
      return { value: result.changeSet }
    }
  }
}
