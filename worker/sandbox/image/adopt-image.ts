import { lstat } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { makeBuildFolder, makePassage } from './build-folder.ts'
import { lockBuild } from './build-lock.ts'
import type { BuiltImage } from './built-image.ts'
import { digestOfFile } from './digest-of-file.ts'
import { keepImage } from './keep-image.ts'
import { imageFiles, type Manifest, readManifest } from './manifest.ts'
import { packedFiles, placeFile } from './pack-image.ts'
import type { Recipe } from './read-recipe.ts'
import { unpackTar } from './unpack-tar.ts'

export interface AdoptOptions {
  /** Absolute. Made if need be. */
  readonly imagesDir: string
  readonly signal: AbortSignal
}

/** `refused`: what is there is not what a build of this recipe leaves on such a machine. */
export type Adopted =
  | { readonly kind: 'adopted'; readonly image: BuiltImage }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly why: string }

/** As Debian calls processors. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const timeoutMs = 10 * 60_000

/**
 * Takes over what packImage left on another machine. It came by a way that others may write to: it has to be of this very
 * recipe, with the recipe's own variables, and the tar has to have the digest that is its name. The files are unpacked
 * from the tar, here, and nothing else of what came is used in a sandbox. No build leaves a program with set-uid, or a
 * device: on this machine's disk either would be there for everybody.
 */
export async function adoptImage(recipe: Recipe, packed: string, options: AdoptOptions): Promise<Adopted> {
  const manifest = await readManifest(packed)
  if (manifest === null) return (await isThere(packed)) ? refused('its manifest cannot be read') : { kind: 'nothing' }
  const wrong = mismatch(manifest, recipe)
  if (wrong !== null) return refused(wrong)
  const parent = join(options.imagesDir, recipe.name)
  for (const folder of [options.imagesDir, parent]) await makePassage(folder)
  await using _lock = await lockBuild(parent, options.signal, () => {})
  await using folder = await makeBuildFolder(parent)
  const unnamed = join(folder.path, 'image')
  await makePassage(unnamed)
  for (const name of packedFiles) {
    const facts = await lstat(join(packed, name)).catch(() => null)
    if (facts?.isFile() !== true) return refused(`there is no file ${name} with it`)
    await placeFile(join(packed, name), join(unnamed, name))
  }
  const tar = join(unnamed, imageFiles.tar)
  if ((await digestOfFile(tar)) !== manifest.digest) return refused('its files do not have its digest')
  const harm = await unpack(tar, join(unnamed, imageFiles.rootfs), options.signal)
  if (harm !== null) return refused(harm)
  return { kind: 'adopted', image: await keepImage(parent, unnamed, manifest) }
}

function refused(why: string): Adopted {
  return { kind: 'refused', why }
}

/** Variables are not in the tar, and decide what a program loads. */
function mismatch(manifest: Manifest, { name, digest, env }: Recipe): string | null {
  if (manifest.name !== name) return `it is image ${manifest.name.slice(0, 40)}`
  if (manifest.recipe !== digest) return 'it was built by another description'
  if (manifest.architecture !== architectures[arch()]) return 'it is for another processor'
  return isDeepStrictEqual(manifest.env, env) ? null : 'its variables are not those of its description'
}

async function unpack(tar: string, rootfs: string, signal: AbortSignal): Promise<string | null> {
  const odd = ['(', '-type', 'f', '-perm', '/6000', ')', '-o', '-type', 'b', '-o', '-type', 'c']
  const find = ['/usr/bin/find', rootfs, '-xdev', '(', ...odd, ')', '-print', '-quit']
  try {
    await unpackTar(tar, rootfs, signal)
    const { stdout } = await runCommand(find, { env: { PATH: '/usr/bin:/bin' }, timeoutMs, signal })
    return stdout.length === 0 ? null : 'it has a program with set-uid, or a device'
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'exit') throw error
    return 'it cannot be unpacked'
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
