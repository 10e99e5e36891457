import { readdir, readFile } from 'node:fs/promises'

/**
 * Those of these digests that some process of this machine has mounted, whichever worker started it. Every class but
 * `container` shows a sandbox its image, or the disk that was made of it, by a mount from the image's folder.
 */
export async function findImagesInUse(digests: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // It may be gone by now, or be somebody else's: neither has an image of ours.
    const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')
    for (const digest of digests) if (mounts.includes(`/${digest}/`)) found.add(digest)
  }
  return found
}
