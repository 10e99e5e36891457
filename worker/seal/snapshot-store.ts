import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { once } from '../contract/index.ts'
import { type Folders, type KeptFiles, type NoSnapshot, type Snapshot, SnapshotError } from '../pipeline/ports/index.ts'
import { moveTree } from './copy-tree.ts'
import { keptIn, moveLayer } from './move-layer.ts'
import type { Overlays } from './overlays.ts'
import { printContents } from './print-contents.ts'
import { printFolders } from './print-folders.ts'
import { printMany } from './print-many.ts'
import { removeTree } from './remove-tree.ts'
import type { StoreKey } from './store-key.ts'
import { throwAway } from './throw-away.ts'

/** `about.json` is small and read often; `kept.json` may list very many files. */
export const aboutSchema = z.strictObject({
  version: z.literal(5),
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
  /** The print of its contents; null in a store that stays where it is. */
  contents: z.string().nullable(),
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
  /** It is packed and unpacked between two jobs: what the file system says of a snapshot is then another. */
  readonly isCarried: boolean
  /** Null where each job gets a copy. */
  readonly overlays: Overlays | null
}

/** Where a snapshot is. Keys are digests: nothing else may become a path. Throws ZodError. */
export function folderOf(dir: string, key: string): string {
  return join(dir, keySchema.parse(key))
}

/** What is not whole, not as it was stored, or too old is removed. Counts as a use. */
export async function findSnapshot(
  store: Store,
  key: string,
  now: number,
  signal: AbortSignal,
): Promise<Snapshot | NoSnapshot> {
  const folder = folderOf(store.dir, key)
  const text = await readOrNull(join(folder, 'about.json'))
  if (text === null) return { missing: 'none' }
  const about = aboutSchema.safeParse(jsonOrNull(text)).data
  if (about === undefined || about.signature !== store.key.sign(textOf(key, about))) {
    await throwAway(store.dir, folder)
    return { missing: 'changed' }
  }
  if (now - about.createdAt > store.maxAgeMs) {
    await throwAway(store.dir, folder)
    return { missing: 'too-old' }
  }
  await utimes(join(folder, 'about.json'), new Date(now), new Date(now))
  const few = printFolders(folder, storedParts, fewEntries)
  const checked = readChecked(store, key, about, few, signal)
  // Whoever asks for the files hears of its failure; nobody does where the job ends before that.
  checked.catch(() => undefined)
  if ((few !== null || store.isCarried) && (await checked) === null) {
    await throwAway(store.dir, folder)
    return { missing: 'changed' }
  }
  return { key, layer: about.layer, kept: once(() => keptOf(store, key, text, checked)) }
}

/** `about` is the text of the one that was looked at: another job may have made it again meanwhile. */
async function keptOf(store: Store, key: string, about: string, checked: Promise<string | null>): Promise<KeptFiles> {
  const kept = await checked
  if (kept !== null) return new Map(keptSchema.parse(jsonOrNull(kept)))
  const folder = folderOf(store.dir, key)
  if ((await readOrNull(join(folder, 'about.json'))) === about) await throwAway(store.dir, folder)
  throw new SnapshotError('what setup had left has changed on disk since it was stored, and was thrown away')
}

/** Of what was found just now: can it be shown as it lies? */
export async function isBare(dir: string, key: string): Promise<boolean> {
  return aboutSchema.parse(JSON.parse(await readFile(join(folderOf(dir, key), 'about.json'), 'utf8'))).bare
}

/** The text of kept.json, where that and all that is stored are as they were; else null. */
async function readChecked(
  store: Store,
  key: string,
  { signature: _, ...facts }: About,
  few: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const folder = folderOf(store.dir, key)
  const kept = await readOrNull(join(folder, 'kept.json'))
  if (kept === null || facts.kept !== sha256(kept)) return null
  const print = few ?? (await printMany(folder, storedParts, signal))
  if (facts.print === print) return kept
  if (!store.isCarried || facts.contents === null || facts.contents !== contentsOf(folder)) return null
  await writeAbout(store, key, folder, { ...facts, print })
  return kept
}

/** Null: there is something in it that no snapshot has. */
function contentsOf(folder: string): string | null {
  try {
    return printContents(folder, storedParts)
  } catch {
    return null
  }
}

/** In one step, and signed. */
async function writeAbout(store: Store, key: string, folder: string, facts: Omit<About, 'signature'>): Promise<void> {
  const draft = join(store.dir, `${stagingPrefix}${randomUUID()}`)
  await writeFile(draft, JSON.stringify({ ...facts, signature: store.key.sign(textOf(key, facts)) }), { flag: 'wx' })
  await rename(draft, join(folder, 'about.json'))
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
    const print = printFolders(staging, storedParts, fewEntries) ?? (await printMany(staging, storedParts, signal))
    const facts = {
      version: 5,
      repository,
      bytes,
      createdAt: now,
      layer: layer && [...layer],
      bare: bare ?? false,
      kept: sha256(keptText),
      print,
      contents: store.isCarried ? contentsOf(staging) : null,
    } as const
    await writeFile(join(staging, 'kept.json'), keptText)
    await writeAbout(store, key, staging, facts)
    await rename(staging, folder)
    return { key, kept: async () => kept, layer }
  } catch (error) {
    await removeTree(staging)
    const other = isTaken(error) ? await findSnapshot(store, key, now, signal) : null
    if (other === null || !('key' in other)) throw error
    return other
  }
}

/** So many entries are looked at at once: it takes less time than starting a program for it. */
const fewEntries = 500

function partsOf(folder: string): readonly string[] {
  return storedParts.map((part) => join(folder, part))
}

function textOf(
  key: string,
  { version, repository, bytes, createdAt, layer, bare, kept, print, contents }: Omit<About, 'signature'>,
): string {
  return JSON.stringify([key, version, repository, bytes, createdAt, layer, bare, kept, print, contents])
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
