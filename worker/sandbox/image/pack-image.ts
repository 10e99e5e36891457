import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltImage } from './built-image.ts'
import { imageFiles } from './manifest.ts'

/** What another machine needs of an image: it unpacks the tar itself. */
export const packedFiles = [imageFiles.tar, imageFiles.manifest, imageFiles.sbom] as const

/** Puts what another machine needs of an image into a folder, in place of whatever is there. */
export async function packImage({ folder: from }: BuiltImage, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const name of packedFiles) await placeFile(join(from, name), join(folder, name))
}

/** Without taking the room twice, where the disk is the same one. Neither is written to again. */
export async function placeFile(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to))
}
