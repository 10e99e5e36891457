import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { ProposedFile } from '../contract/index.ts'
import type { CollectBudget, CollectResult } from '../pipeline/ports/index.ts'
import { readBaseTree, type TreeLimits } from './base-tree.ts'
import { checkTree } from './check-result.ts'
import { buildChange } from './collect.ts'
import { blobHash } from './fingerprint.ts'
import { createGit } from './git-command.ts'
import { printablePath } from './printable-path.ts'
import { unsafeName } from './unsafe-name.ts'
import type { WalkedFile } from './walk-result.ts'

export interface RebuildDeps {
  readonly dataDir: string
  readonly git: string
  readonly limits: TreeLimits
}

export interface Proposal {
  /** A clean bare repository that knows the base. */
  readonly repository: string
  readonly baseSha: string
  readonly files: readonly ProposedFile[]
  readonly budget: CollectBudget
}

/**
 * A change set from files that another machine hands over. Of it only paths, modes and bytes are taken, under the rules
 * that a sandbox's workspace is collected by; what the files were before, and every id, is made here from the base.
 */
export async function rebuildChange(
  deps: RebuildDeps,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<CollectResult> {
  const { repository, baseSha, files, budget } = proposal
  const git = createGit(deps.git, join(deps.dataDir, 'git-home'))
  const base = await readBaseTree(git, repository, baseSha, deps.limits, signal)
  const known = new Set(base.map(({ path }) => path))
  const named = files.map((file) => ({ ...file, path: Buffer.from(file.path, 'utf8').toString('latin1') }))
  const refused = refuseNames(named, known) ?? refuseSize(named, budget)
  if (refused !== null) return refused
  const walked = {
    kind: 'walked' as const,
    changed: named.flatMap(({ path, after }) => (after === null ? [] : [walkedFile(path, after)])),
    deleted: named.flatMap(({ path, after }) => (after === null ? [path] : [])),
  }
  const unsafe = await checkTree(git, repository, base, walked, signal)
  return unsafe ?? buildChange(git, { repository, baseSha, budget }, base, walked, signal)
}

/** A path that git, or a system that checks it out, could take for another one; or one that stands there twice. */
function refuseNames(files: readonly ProposedFile[], known: ReadonlySet<string>): CollectResult | null {
  const seen = new Set<string>()
  for (const { path, after } of files) {
    const parts = path.split('/')
    const odd = parts.some((part) => part === '' || part === '.' || part === '..')
    const why = odd ? 'its path leads somewhere else' : whyNew(path, parts, known, after === null)
    if (why !== null) return { kind: 'unsafe', path: printablePath(path), why }
    if (seen.has(path)) return { kind: 'unsafe', path: printablePath(path), why: 'it is there twice' }
    seen.add(path)
  }
  return null
}

/** A name of the base may be odd and stay so. What the base does not have cannot be deleted. */
function whyNew(path: string, parts: readonly string[], known: ReadonlySet<string>, isDeleted: boolean): string | null {
  if (known.has(path)) return null
  if (isDeleted) return 'it is to be deleted, and the base does not have it'
  return parts.map(unsafeName).find((why) => why !== null) ?? null
}

function refuseSize(files: readonly ProposedFile[], budget: CollectBudget): CollectResult | null {
  const bytes = files.reduce((sum, { after }) => sum + (after?.content.length ?? 0), 0)
  const large = files.find(({ after }) => (after?.content.length ?? 0) > budget.fileBytes)
  if (large === undefined && bytes <= budget.bytes && files.length <= budget.files) return null
  return {
    kind: 'over-budget',
    path: large === undefined ? null : printablePath(large.path),
    why: `a change of ${files.length} files and ${bytes} bytes is too large`,
  }
}

function walkedFile(path: string, { mode, content }: NonNullable<ProposedFile['after']>): WalkedFile {
  const sha = blobHash(content.length).update(content).digest('hex')
  return { path, mode, content, size: content.length, sha, inode: null }
}
