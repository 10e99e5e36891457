import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../process/run-command.ts'
import { removeDeadBuilds, removedPrefix } from './build-folder.ts'
import { lockBuild } from './build-lock.ts'
import { latestLink, listImages, type StoredImage } from './create-image-store.ts'
import { findImagesInUse } from './find-images-in-use.ts'

export interface PruneOptions {
  /** Absolute. It need not exist. */
  readonly imagesDir: string
  /** Removes another program's copy of an image; false: it is in use there. */
  readonly removeCopy: (image: { readonly name: string; readonly digest: string }) => Promise<boolean>
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly signal: AbortSignal
  /** A line of progress. */
  readonly onLine: (line: string) => void
}

export interface PrunedImage {
  readonly name: string
  readonly digest: string
  /** What it takes on the disk, with each engine's form of it. */
  readonly bytes: number
  /** Why it is still there; null: it is gone. */
  readonly kept: string | null
}

/** A sandbox that is being put together has looked up its image, and mounts it a moment later. */
const graceMs = 60_000
const timeoutMs = 15 * 60_000

/**
 * Removes every image that a later build of the same name has replaced, and what dead builds left. What a sandbox has
 * mounted stays, and what was in use a moment ago: a job takes the image of a name that was built last, and no other.
 */
export async function pruneImages(options: PruneOptions): Promise<readonly PrunedImage[]> {
  const { imagesDir, signal, onLine } = options
  const pruned: PrunedImage[] = []
  const names = await readdir(imagesDir).catch(() => [])
  for (const name of names.filter((entry) => !entry.startsWith('.')).sort()) {
    const parent = join(imagesDir, name)
    await using _lock = await lockBuild(parent, signal, () => onLine(`a build of ${name} is at work`))
    await removeDeadBuilds(parent)
    const replaced = (await listImages(imagesDir)).filter(({ manifest, latest }) => manifest.name === name && !latest)
    for (const image of replaced) pruned.push(await prune(image, parent, options))
  }
  return pruned
}

async function prune({ manifest, folder }: StoredImage, parent: string, options: PruneOptions): Promise<PrunedImage> {
  const { name, digest } = manifest
  const bytes = await bytesOf(folder, options.signal)
  const kept = await reasonToKeep(name, digest, parent, options)
  if (kept === null) {
    // Nothing that is half removed has an image's name.
    const gone = join(parent, `${removedPrefix}${digest}`)
    await rename(folder, gone)
    await rm(gone, { recursive: true, force: true })
  }
  return { name, digest, bytes, kept }
}

async function reasonToKeep(name: string, digest: string, parent: string, options: PruneOptions) {
  const replacedAt = await lstat(join(parent, latestLink)).catch(() => null)
  if (replacedAt === null) return 'no build of that name counts as the last: build it again'
  if (options.now - replacedAt.mtimeMs < graceMs) return 'it was replaced within the last minute'
  const inUse = (await findImagesInUse([digest])).has(digest) || !(await options.removeCopy({ name, digest }))
  return inUse ? 'a sandbox uses it' : null
}

async function bytesOf(folder: string, signal: AbortSignal): Promise<number> {
  const argv = ['/usr/bin/du', '--summarize', '--block-size=1', folder]
  const { stdout } = await runCommand(argv, { env: { PATH: '/usr/bin:/bin' }, timeoutMs, signal })
  return Number.parseInt(stdout.toString('utf8'), 10)
}
