import { lstat } from 'node:fs/promises'
import type { JobRequest } from '../contract/index.ts'
import type { CollectBudget, CollectResult, KeptFiles, SourcePaths } from '../pipeline/ports/index.ts'
import type { BaseMemo } from './base-memo.ts'
import { type BaseEntry, readBaseTree, type TreeLimits } from './base-tree.ts'
import { checkResult } from './check-result.ts'
import type { Git } from './git-command.ts'
import { createIgnoreRules } from './ignored-paths.ts'
import { listChanges } from './list-changes.ts'
import { readBlobs } from './read-blobs.ts'
import { fill } from './read-changes.ts'
import type { SpareThreads } from './spare-threads.ts'
import { startWalk } from './start-walk.ts'
import type { WalkResult } from './walk-result.ts'
import { writeTree } from './write-tree.ts'

export interface CollectDeps {
  readonly git: Git
  readonly limits: TreeLimits
  readonly threads: SpareThreads
  readonly memo: BaseMemo
}

export interface CollectInput {
  readonly request: Pick<JobRequest, 'base'>
  readonly paths: SourcePaths
  readonly kept: KeptFiles | null
  readonly budget: CollectBudget
}

type Walked = Extract<WalkResult, { kind: 'walked' }>

/** From a dead sandbox's files to a change set in the clean repository. */
export async function collect(deps: CollectDeps, input: CollectInput, signal: AbortSignal): Promise<CollectResult> {
  const { paths, kept, budget, request } = input
  if (!(await isFolder(paths.workspace))) return { kind: 'workspace-deleted' }
  const { sha } = request.base
  const known = deps.memo.get(sha)?.entries
  const base = known ?? (await readBaseTree(deps.git, paths.repository, sha, deps.limits, signal))
  const ask = createIgnoreRules(deps.git, paths.repository, base, signal)
  const walked = await startWalk(deps.threads, { root: paths.workspace, base, kept, budget }, ask, signal)
  if (walked.kind !== 'walked') return walked
  const refused = await checkResult(deps.git, paths, base, walked, signal)
  const target = { repository: paths.repository, baseSha: sha, budget }
  return refused ?? buildChange(deps.git, target, base, walked, signal)
}

export interface BuildTarget {
  /** The job's clean bare repository. */
  readonly repository: string
  readonly baseSha: string
  readonly budget: Pick<CollectBudget, 'bytes'>
}

/** Writes the files into the clean repository, and tells what of it differs from the base. */
export async function buildChange(
  git: Git,
  { repository, baseSha, budget }: BuildTarget,
  base: readonly BaseEntry[],
  { changed, deleted }: Walked,
  signal: AbortSignal,
): Promise<CollectResult> {
  if (changed.length === 0 && deleted.length === 0) return { kind: 'none' }
  const olds = blobsBefore(base, changed, deleted)
  if (olds.bytes > budget.bytes) {
    return {
      kind: 'over-budget',
      path: null,
      why: `before they changed, the files had more than ${budget.bytes} bytes`,
    }
  }
  const [treeSha, read] = await Promise.all([
    writeTree(git, { gitDir: repository, baseSha, changed, deleted }, signal),
    readBlobs(git, repository, [...olds.shas], olds.bytes, signal),
  ])
  const changes = await listChanges(git, repository, baseSha, treeSha, signal)
  if (changes.length === 0) return { kind: 'none' }
  const contents = new Map<string, Uint8Array>(read)
  for (const { sha, content } of changed) contents.set(sha, content)
  return { kind: 'changes', changeSet: { baseSha, treeSha, files: fill(changes, contents) } }
}

/** What the files held that changed or are gone. */
function blobsBefore(base: readonly BaseEntry[], changed: Walked['changed'], deleted: Walked['deleted']) {
  const gone = new Set([...changed.map(({ path }) => path), ...deleted])
  const sizes = new Map(base.flatMap(({ path, sha, size }) => (gone.has(path) ? [[sha, size] as const] : [])))
  return { shas: sizes.keys(), bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
