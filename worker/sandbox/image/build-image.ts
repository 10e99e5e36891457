/**
 * Builds images: from a folder of sandbox-images to one root file system, named by its digest. Imports its neighbours,
 * worker/process and the pipeline's ports; which engine the smoke test runs in is the caller's choice.
 *
 * Decided here:
 * - mmdebstrap makes it in one go, npm packages included, because it makes the same tar each time; where it is not
 *   to be had, an Engine's build does, from a generated Dockerfile.
 * - An image that is from another is made anew from both descriptions. That costs a minute and leaves one way to build.
 * - What is built takes its name at the very end, after its smoke test; whatever stops a build before that leaves a
 *   folder that the builder, or the next one, removes.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeBuildFolder, makePassage } from './build-folder.ts'
import { lockBuild } from './build-lock.ts'
import { buildOverlay } from './build-overlay.ts'
import type { BuiltImage } from './built-image.ts'
import { createImageStore, describeImage } from './create-image-store.ts'
import { writeToolsHook } from './install-tools.ts'
import { keepImage } from './keep-image.ts'
import { makeRoot } from './make-root.ts'
import { imageFiles, type Manifest, readManifest } from './manifest.ts'
import { type Recipe, readRecipe } from './read-recipe.ts'
import { type MakeEngine, smokeTest } from './smoke-test.ts'
import { takeStock } from './take-stock.ts'
import { unpackTar } from './unpack-tar.ts'

export interface BuildOptions {
  /** Absolute; the project's own sandbox-images if it is not given. */
  readonly descriptions?: string
  /** Absolute. Made if need be. */
  readonly imagesDir: string
  /** For npm and the builder: PATH, HOME, proxies and certificates of the machine. */
  readonly env: Readonly<Record<string, string>>
  /** The image of Debian that an Engine builds on, by digest; null: none was named, so that only mmdebstrap builds. */
  readonly base: string | null
  /** In which the smoke test runs. */
  readonly makeEngine: MakeEngine
  readonly signal: AbortSignal
  /** A line of progress. */
  readonly onLine: (line: string) => void
  /** Take the image that is there if it was built by the same recipe. */
  readonly reuse?: boolean
}

/** The project's own. */
export const ownDescriptions = fileURLToPath(new URL('../../../sandbox-images/', import.meta.url))

export async function buildImage(name: string, options: BuildOptions): Promise<BuiltImage> {
  const recipe = await readRecipe(options.descriptions ?? ownDescriptions, name)
  const parent = join(options.imagesDir, name)
  for (const folder of [options.imagesDir, parent]) await makePassage(folder)
  await using _lock = await lockBuild(parent, options.signal, () => options.onLine('another build of it is at work'))
  const there = options.reuse === true ? await upToDate(options.imagesDir, recipe) : null
  if (there !== null) return there
  await using folder = await makeBuildFolder(parent)
  const unnamed = join(folder.path, 'image')
  const manifest = await build(recipe, folder.path, unnamed, options)
  return await keepImage(parent, unnamed, manifest)
}

/** The image that is there, if it was built by this very recipe. */
export async function upToDate(imagesDir: string, { name, digest }: Recipe): Promise<BuiltImage | null> {
  const image = await createImageStore(imagesDir).find(name)
  const manifest = image === null ? null : await readManifest(image.folder)
  return manifest?.recipe === digest ? image : null
}

async function build(recipe: Recipe, work: string, unnamed: string, options: BuildOptions): Promise<Manifest> {
  const { env, signal, onLine } = options
  for (const name of ['overlay', 'tmp', 'smoke']) await makePassage(join(work, name))
  await makePassage(unnamed)
  const tar = join(unnamed, imageFiles.tar)
  const rootfs = join(unnamed, imageFiles.rootfs)
  const overlay = await buildOverlay(recipe, join(work, 'overlay'), { env, signal, onLine })
  onLine(`${recipe.debian.length} Debian packages, and what they need`)
  const temporary = join(work, 'tmp')
  const toolsHook = await writeToolsHook(recipe.mise, temporary)
  await makeRoot(
    { suite: recipe.suite, packages: recipe.debian, overlay, toolsHook, target: tar },
    { temporary, base: options.base, env, signal, onLine },
  )
  onLine('unpacking')
  await unpackTar(tar, rootfs, signal)
  const { manifest, sbom } = await takeStock(recipe, tar, rootfs)
  await writeFile(join(unnamed, imageFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`)
  await writeFile(join(unnamed, imageFiles.sbom), `${JSON.stringify(sbom, null, 2)}\n`)
  await smokeTest(describeImage(unnamed, manifest), recipe.smoke, join(work, 'smoke'), options)
  return manifest
}
