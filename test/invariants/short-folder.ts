import { chmod, mkdtemp } from 'node:fs/promises'

/** Directly below /tmp, because the path of a unix socket ends at 107 bytes; the users of sandboxes may pass through. */
export async function makeShortFolder(): Promise<string> {
  const path = await mkdtemp('/tmp/airlock-invariant-')
  await chmod(path, 0o711)
  return path
}
