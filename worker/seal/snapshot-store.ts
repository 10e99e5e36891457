import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Folders, KeptFiles, NoSnapshot, Snapshot } from '../pipeline/ports/index.ts'
import { moveTree } from './copy-tree.ts'
import { printFolders } from './print-folders.ts'
import { removeTree } from './remove-tree.ts'
import { runThread } from './run-thread.ts'
import type { StoreKey } from './store-key.ts'

/** `about.json` is small and read often; `kept.json` may list very many files. */
export const aboutSchema = z.strictObject({
  version: z.literal(2),
  bytes: z.int().nonnegative(),
  /** Milliseconds since the epoch. */
  createdAt: z.int().nonnegative(),
  layer: z.array(z.string().min(1)).nullable(),
  /** SHA-256 of kept.json, and the print of what was stored. */
  kept: z.string(),
  print: z.string(),
  /** The store's signature of all the above and the key. */
  signature: z.string(),
})
type About = z.infer<typeof aboutSchema>

const keptSchema = z.array(z.tuple([z.string(), z.string()]))
const keySchema = z.string().regex(/^[0-9a-f]{64}$/)

export const stagingPrefix = '.staging-'
export const storedParts = ['workspace', 'home'] as const

export interface Store {
  readonly dir: string
  readonly key: StoreKey
  readonly maxAgeMs: number
}

/** Where a snapshot is. Keys are digests: nothing else may become a path. Throws ZodError. */
export function folderOf(dir: string, key: string): string {
  return join(dir, keySchema.parse(key))
}

/** What is not whole, not as it was stored, or too old is removed. Counts as a use. */
export async function findSnapshot(store: Store, key: string, now: number): Promise<Snapshot | NoSnapshot> {
  const folder = folderOf(store.dir, key)
  const text = await readOrNull(join(folder, 'about.json'))
  if (text === null) return { missing: 'none' }
  const about = aboutSchema.safeParse(jsonOrNull(text)).data
  const kept = await readOrNull(join(folder, 'kept.json'))
  if (about === undefined || kept === null || !(await isAsStored(store, key, folder, about, kept))) {
    await removeTree(folder)
    return { missing: 'changed' }
  }
  if (now - about.createdAt > store.maxAgeMs) {
    await removeTree(folder)
    return { missing: 'too-old' }
  }
  await utimes(join(folder, 'about.json'), new Date(now), new Date(now))
  return { key, kept: new Map(keptSchema.parse(jsonOrNull(kept))), layer: about.layer }
}

async function isAsStored(store: Store, key: string, folder: string, about: About, kept: string): Promise<boolean> {
  const { signature, ...facts } = about
  if (signature !== store.key.sign(textOf(key, facts)) || facts.kept !== sha256(kept)) return false
  return facts.print === (await printOf(folder))
}

export interface StoreInput {
  readonly from: Folders
  readonly kept: KeptFiles
  readonly bytes: number
  /** Null: the whole workspace is moved. */
  readonly layer: readonly string[] | null
  readonly now: number
}

/**
 * Moves what is kept into the store. It is put together beside it first, so that the key appears with one rename;
 * where another worker was faster, its snapshot is the one.
 */
export async function storeSnapshot(
  store: Store,
  key: string,
  { from, kept: all, bytes, layer, now }: StoreInput,
  signal: AbortSignal,
): Promise<Snapshot> {
  const folder = folderOf(store.dir, key)
  const staging = join(store.dir, `${stagingPrefix}${randomUUID()}`)
  await mkdir(staging, { recursive: true, mode: 0o700 })
  try {
    await moveTree(from.home, join(staging, 'home'), signal)
    if (layer === null) await moveTree(from.workspace, join(staging, 'workspace'), signal)
    else await moveLayer(from.workspace, join(staging, 'workspace'), layer, signal)
    const kept = layer === null ? all : keptIn(all, layer)
    const keptText = JSON.stringify([...kept])
    const print = await printOf(staging)
    const facts = {
      version: 2,
      bytes,
      createdAt: now,
      layer: layer && [...layer],
      kept: sha256(keptText),
      print,
    } as const
    await writeFile(join(staging, 'kept.json'), keptText)
    await writeFile(
      join(staging, 'about.json'),
      JSON.stringify({ ...facts, signature: store.key.sign(textOf(key, facts)) }),
    )
    await rename(staging, folder)
    return { key, kept, layer }
  } catch (error) {
    await removeTree(staging)
    const other = isTaken(error) ? await findSnapshot(store, key, now) : null
    if (other === null || !('key' in other)) throw error
    return other
  }
}

async function moveLayer(from: string, to: string, layer: readonly string[], signal: AbortSignal): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  for (const path of layer) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    await moveTree(join(from, path), join(to, path), signal)
  }
}

function keptIn(kept: KeptFiles, layer: readonly string[]): KeptFiles {
  const roots = new Set(layer)
  const isIn = (path: string): boolean => {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      if (roots.has(path.slice(0, end))) return true
    }
    return roots.has(path)
  }
  return new Map([...kept].filter(([path]) => isIn(path)))
}

/** Of so many entries a print is taken at once: it takes less time than starting a thread for it. */
const fewEntries = 500

async function printOf(folder: string): Promise<string> {
  const atOnce = printFolders(folder, storedParts, fewEntries)
  if (atOnce !== null) return atOnce
  const thread = new URL('./print-thread.ts', import.meta.url)
  return z.string().parse(await runThread(thread, { folder, parts: storedParts }, AbortSignal.timeout(600_000)))
}

function textOf(key: string, facts: Omit<About, 'signature'>): string {
  return JSON.stringify([key, facts.version, facts.bytes, facts.createdAt, facts.layer, facts.kept, facts.print])
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
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
