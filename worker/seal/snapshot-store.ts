import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Folders, KeptFiles, NoSnapshot, Snapshot } from '../pipeline/ports/index.ts'
import { moveTree } from './copy-tree.ts'
import { digestContents } from './digest-contents.ts'
import { keptIn, moveLayer } from './move-layer.ts'
import type { Overlays } from './overlays.ts'
import { printFolders } from './print-folders.ts'
import { printMany } from './print-many.ts'
import { removeTree } from './remove-tree.ts'
import type { StoreKey } from './store-key.ts'
import { throwAway } from './throw-away.ts'

/** `about.json` is small and read often; `kept.json` may list very many files. */
export const aboutSchema = z.strictObject({
  version: z.literal(4),
  /** Whose setup left it. */
  repository: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Milliseconds since the epoch. */
  createdAt: z.int().nonnegative(),
  layer: z.array(z.string().min(1)).nullable(),
  /** It has no extended attributes and belongs to one user: it can be shown as it lies. */
  bare: z.boolean(),
  /** SHA-256 of kept.json, and the print of what was stored. */
  kept: z.string(),
  print: z.string(),
  /** Where the store is carried from machine to machine: the digest of its contents. */
  contents: z.string().optional(),
  /** The store's signature of all the above and the key. */
  signature: z.string(),
})
type About = z.infer<typeof aboutSchema>
type Facts = Omit<About, 'signature'>

const keptSchema = z.array(z.tuple([z.string(), z.string()]))
const keySchema = z.string().regex(/^[0-9a-f]{64}$/)

export const stagingPrefix = '.staging-'
export const storedParts = ['workspace', 'home'] as const

export interface Store {
  readonly dir: string
  readonly key: StoreKey
  readonly maxAgeMs: number
  /** Null where each job gets a copy. */
  readonly overlays: Overlays | null
  /** It is carried from machine to machine, where every file has another inode and time. */
  readonly carried: boolean
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
    await throwAway(store.dir, folder)
    return { missing: 'changed' }
  }
  if (now - about.createdAt > store.maxAgeMs) {
    await throwAway(store.dir, folder)
    return { missing: 'too-old' }
  }
  await utimes(join(folder, 'about.json'), new Date(now), new Date(now))
  return { key, kept: new Map(keptSchema.parse(jsonOrNull(kept))), layer: about.layer }
}

/** Of what was found just now: can it be shown as it lies? */
export async function isBare(dir: string, key: string): Promise<boolean> {
  return aboutSchema.parse(JSON.parse(await readFile(join(folderOf(dir, key), 'about.json'), 'utf8'))).bare
}

async function isAsStored(store: Store, key: string, folder: string, about: About, kept: string): Promise<boolean> {
  const { signature, ...facts } = about
  if (signature !== store.key.sign(textOf(key, facts)) || facts.kept !== sha256(kept)) return false
  const print = await printOf(folder)
  if (facts.print === print) return true
  if (facts.contents === undefined || facts.contents !== (await digestContents(folder, storedParts))) return false
  // Printed before it was read: a change since then is found by whoever comes next.
  await writeAbout(store, key, folder, { ...facts, print })
  return true
}

async function writeAbout(store: Store, key: string, folder: string, facts: Facts): Promise<void> {
  const signature = store.key.sign(textOf(key, facts))
  await writeFile(join(folder, 'about.json'), JSON.stringify({ ...facts, signature }))
}

export interface StoreInput {
  readonly from: Folders
  readonly kept: KeptFiles
  readonly bytes: number
  /** Null: the whole workspace is moved. */
  readonly layer: readonly string[] | null
  readonly now: number
  /** The repository's id. */
  readonly repository: number
}

/**
 * Moves what is kept into the store. It is put together beside it first, so that the key appears with one rename;
 * where another worker was faster, its snapshot is the one.
 */
export async function storeSnapshot(
  store: Store,
  key: string,
  { from, kept: all, bytes, layer, now, repository }: StoreInput,
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
    const bare = await store.overlays?.bare(partsOf(staging), signal)
    const keptText = JSON.stringify([...kept])
    const print = await printOf(staging)
    const contents = store.carried ? await digestContents(staging, storedParts) : null
    const facts = {
      version: 4,
      repository,
      bytes,
      createdAt: now,
      layer: layer && [...layer],
      bare: bare ?? false,
      kept: sha256(keptText),
      print,
      ...(contents === null ? {} : { contents }),
    } as const
    await writeFile(join(staging, 'kept.json'), keptText)
    await writeAbout(store, key, staging, facts)
    await rename(staging, folder)
    return { key, kept, layer }
  } catch (error) {
    await removeTree(staging)
    const other = isTaken(error) ? await findSnapshot(store, key, now) : null
    if (other === null || !('key' in other)) throw error
    return other
  }
}

/** Of so many entries a print is taken at once: it takes less time than starting a program for it. */
const fewEntries = 500

async function printOf(folder: string): Promise<string> {
  return printFolders(folder, storedParts, fewEntries) ?? (await printMany(folder, storedParts))
}

function partsOf(folder: string): readonly string[] {
  return storedParts.map((part) => join(folder, part))
}

function textOf(key: string, facts: Facts): string {
  const { version, repository, bytes, createdAt, layer, bare, kept, print, contents } = facts
  const carried = contents === undefined ? [] : [contents]
  return JSON.stringify([key, version, repository, bytes, createdAt, layer, bare, kept, print, ...carried])
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
