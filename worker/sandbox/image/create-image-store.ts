import { readdir, readlink, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuiltImage, ImageStore } from './built-image.ts'
import { imageFiles, type Manifest, readManifest } from './manifest.ts'

/** A symbolic link beside the images of one name, to the one that was built last. */
export const latestLink = 'latest'

const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** `imagesDir` is absolute: one folder per name, in it one per digest. It need not exist. */
export function createImageStore(imagesDir: string): ImageStore {
  return {
    find: async (name) => {
      const folder = await latestFolder(imagesDir, name)
      const manifest = folder === null ? null : await readManifest(folder)
      return folder === null || manifest === null ? null : describeImage(folder, manifest)
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

async function latestFolder(imagesDir: string, name: string): Promise<string | null> {
  const digest = await readlink(join(imagesDir, name, latestLink)).catch(() => null)
  // A link that leads elsewhere is not ours.
  return digest === null || basename(digest) !== digest ? null : join(imagesDir, name, digest)
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
    const latest = await latestFolder(imagesDir, name)
    for (const digest of await readdir(join(imagesDir, name))) {
      const folder = join(imagesDir, name, digest)
      const manifest = /^[0-9a-f]{64}$/.test(digest) ? await readManifest(folder) : null
      if (manifest === null) continue
      const { mtimeMs } = await stat(join(folder, imageFiles.manifest))
      images.push({ manifest, folder, latest: folder === latest, builtAt: Math.round(mtimeMs) })
    }
  }
  return images
}
