import { readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltImage, ImageStore } from './built-image.ts'
import { imageFiles, type Manifest, readManifest } from './manifest.ts'

/** A symbolic link beside the images of one name, to the one that was built last. */
export const latestLink = 'latest'

const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** `imagesDir` is absolute: one folder per name, in it one per digest. It need not exist. */
export function createImageStore(imagesDir: string): ImageStore {
  return {
    find: async (name) => {
      const digest = await latestDigest(imagesDir, name)
      if (digest === null) return null
      const folder = join(imagesDir, name, digest)
      const manifest = await readManifest(folder)
      // A folder that was renamed or copied is not what its name says.
      return manifest?.name === name && manifest.digest === digest ? describeImage(folder, manifest) : null
    },
  }
}

/** The same image may lie in another folder while it is being built. */
export function describeImage(folder: string, { name, digest, env }: Manifest): BuiltImage {
  return {
    ...{ name, digest, folder },
    rootfs: join(folder, imageFiles.rootfs),
    tar: join(folder, imageFiles.tar),
    env: { PATH: imagePath, ...env },
  }
}

const isDigest = (text: string) => /^[0-9a-f]{64}$/.test(text)

async function latestDigest(imagesDir: string, name: string): Promise<string | null> {
  const digest = await readlink(join(imagesDir, name, latestLink)).catch(() => '')
  return isDigest(digest) ? digest : null
}

/** One image of the list: also those that a later build has replaced. */
export interface StoredImage {
  readonly manifest: Manifest
  readonly folder: string
  readonly latest: boolean
  /** Milliseconds since the epoch. */
  readonly builtAt: number
}

export async function listImages(imagesDir: string): Promise<readonly StoredImage[]> {
  const names = await readdir(imagesDir).catch(() => [])
  const images: StoredImage[] = []
  for (const name of names.filter((entry) => !entry.startsWith('.')).sort()) {
    const latest = await latestDigest(imagesDir, name)
    for (const digest of await readdir(join(imagesDir, name))) {
      const folder = join(imagesDir, name, digest)
      const manifest = isDigest(digest) ? await readManifest(folder) : null
      if (manifest === null) continue
      const { mtimeMs } = await stat(join(folder, imageFiles.manifest))
      images.push({ manifest, folder, latest: digest === latest, builtAt: Math.round(mtimeMs) })
    }
  }
  return images
}
