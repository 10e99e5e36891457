import { Buffer } from 'node:buffer'
import type { CollectResult, SourcePaths } from '../pipeline/ports/index.ts'
import type { BaseEntry } from './base-tree.ts'
import { findCaseCollision } from './case-collision.ts'
import { findForeignName } from './foreign-name.ts'
import type { Git } from './git-command.ts'
import { printablePath } from './printable-path.ts'
import { readBlobs } from './read-blobs.ts'
import { unsafeLink } from './unsafe-link.ts'
import { decodeName } from './unsafe-name.ts'
import type { WalkResult } from './walk-result.ts'

type Walked = Extract<WalkResult, { kind: 'walked' }>

/** What can only be judged once the whole result is known. Null: nothing against it. */
export async function checkResult(
  git: Git,
  paths: SourcePaths,
  base: readonly BaseEntry[],
  walked: Walked,
  signal: AbortSignal,
): Promise<CollectResult | null> {
  return (await checkTree(git, paths.repository, base, walked, signal)) ?? checkInodes(paths.workspace, walked)
}

/** The part of it that needs no workspace: names that collide, and symlinks that lead outside. */
export async function checkTree(
  git: Git,
  gitDir: string,
  base: readonly BaseEntry[],
  walked: Walked,
  signal: AbortSignal,
): Promise<CollectResult | null> {
  return checkNames(base, walked) ?? checkLinks(git, gitDir, base, walked, signal)
}

/** Names of the base may be odd and stay so; but a change to one that is not UTF-8 could not be written down. */
function checkNames(base: readonly BaseEntry[], { changed, deleted }: Walked): CollectResult | null {
  const odd = [...changed.map(({ path }) => path), ...deleted].find((path) => decodeName(path) === null)
  if (odd !== undefined) return unsafe(odd, 'its path is not UTF-8')
  const gone = new Set(deleted)
  const old = new Set(base.map(({ path }) => path))
  const added = changed.map(({ path }) => path).filter((path) => !old.has(path))
  const remaining = base.filter(({ path }) => !gone.has(path)).map(({ path }) => toText(path))
  const collision = findCaseCollision(remaining, added.map(toText))
  if (collision === null) return null
  return unsafe(toBytes(collision.path), `without case it is the same as ${printablePath(toBytes(collision.with))}`)
}

async function checkLinks(
  git: Git,
  gitDir: string,
  base: readonly BaseEntry[],
  { changed }: Walked,
  signal: AbortSignal,
): Promise<CollectResult | null> {
  const links = changed.filter(({ mode }) => mode === '120000')
  if (links.length === 0) return null
  const replaced = new Set(changed.map(({ path }) => path))
  const old = base.filter(({ path, mode }) => mode === '120000' && !replaced.has(path))
  const bytes = old.reduce((sum, { size }) => sum + size, 0)
  const targets = await readBlobs(
    git,
    gitDir,
    old.map(({ sha }) => sha),
    bytes,
    signal,
  )
  const outside = new Set(
    old
      .filter(({ path, sha }) => unsafeLink(path, targets.get(sha)?.toString('latin1') ?? '', () => false) !== null)
      .map(({ path }) => path),
  )
  for (const { path, content } of links) {
    const why = unsafeLink(path, Buffer.from(content).toString('latin1'), (other) => outside.has(other))
    if (why !== null) return unsafe(path, why)
  }
  return null
}

async function checkInodes(workspace: string, { changed }: Walked): Promise<CollectResult | null> {
  const foreign = await findForeignName(workspace, changed)
  return foreign === null ? null : unsafe(foreign, 'it is a hard link to a file outside the workspace')
}

function unsafe(path: string, why: string): CollectResult {
  return { kind: 'unsafe', path: printablePath(path), why }
}

function toText(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

function toBytes(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1')
}
