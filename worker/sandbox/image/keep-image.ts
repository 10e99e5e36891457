import { rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltImage } from './built-image.ts'
import { describeImage, latestLink } from './create-image-store.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** Gives it its name. The same image may be there already; then that one stays, because sandboxes may be using it. */
export async function keepImage(parent: string, unnamed: string, manifest: Manifest): Promise<BuiltImage> {
  const folder = join(parent, manifest.digest)
  if ((await readManifest(folder)) === null) {
    await rm(folder, { recursive: true, force: true })
    await rename(unnamed, folder)
  }
  const draft = join(parent, `.${latestLink}`)
  await rm(draft, { force: true })
  await symlink(manifest.digest, draft)
  await rename(draft, join(parent, latestLink))
  return describeImage(folder, manifest)
}
