import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Folders, Snapshot } from '../pipeline/ports/index.ts'
import { moveTree } from './copy-tree.ts'
import { removeTree } from './remove-tree.ts'

/** `about.json` is small and read often; `kept.json` may list very many files. */
export const aboutSchema = z.strictObject({ version: z.literal(1), bytes: z.int().nonnegative() })
const keptSchema = z.array(z.tuple([z.string(), z.string()]))
const keySchema = z.string().regex(/^[0-9a-f]{64}$/)

export const stagingPrefix = '.staging-'

/** Where a snapshot is. Keys are digests: nothing else may become a path. Throws ZodError. */
export function folderOf(dir: string, key: string): string {
  return join(dir, keySchema.parse(key))
}

/** Null for what is not there or not whole; the latter is removed. Counts as a use. */
export async function findSnapshot(dir: string, key: string): Promise<Snapshot | null> {
  const folder = folderOf(dir, key)
  const about = await readOrNull(join(folder, 'about.json'))
  if (about === null) return null
  const kept = await readOrNull(join(folder, 'kept.json'))
  const parsed = keptSchema.safeParse(jsonOrNull(kept))
  if (!aboutSchema.safeParse(jsonOrNull(about)).success || !parsed.success) {
    await removeTree(folder)
    return null
  }
  const now = new Date()
  await utimes(join(folder, 'about.json'), now, now)
  return { key, kept: new Map(parsed.data) }
}

/**
 * Moves both folders into the store. They are put together beside it first, so that the key appears with one rename;
 * where another worker was faster, its snapshot is the one.
 */
export async function storeSnapshot(
  dir: string,
  key: string,
  from: Folders,
  what: { readonly kept: ReadonlyMap<string, string>; readonly bytes: number },
  signal: AbortSignal,
): Promise<Snapshot> {
  const folder = folderOf(dir, key)
  const staging = join(dir, `${stagingPrefix}${randomUUID()}`)
  await mkdir(staging, { recursive: true, mode: 0o700 })
  try {
    await moveTree(from.workspace, join(staging, 'workspace'), signal)
    await moveTree(from.home, join(staging, 'home'), signal)
    await writeFile(join(staging, 'kept.json'), JSON.stringify([...what.kept]))
    await writeFile(join(staging, 'about.json'), JSON.stringify({ version: 1, bytes: what.bytes }))
    await rename(staging, folder)
    return { key, kept: what.kept }
  } catch (error) {
    await removeTree(staging)
    const other = isTaken(error) ? await findSnapshot(dir, key) : null
    if (other === null) throw error
    return other
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function jsonOrNull(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
