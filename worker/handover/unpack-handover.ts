import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { handoverFiles, manifestFile, sha256 } from './manifest.ts'
import { sealedFile } from './seal-handover.ts'

const names: ReadonlySet<string> = new Set([manifestFile, ...handoverFiles])
const sealedNames: ReadonlySet<string> = new Set([sealedFile])
/** As much as is read of it afterwards. */
const mostBytes = 192 * 1024 * 1024

/** The one file of a sealed artifact. Null where it is no archive, holds more than it may, or anything else. */
export function unpackSealed(zip: Uint8Array): Uint8Array | null {
  return unpack(zip, sealedNames)?.[sealedFile] ?? null
}

/**
 * Unpacks a handover into an empty folder. Returns the digest of its manifest; null where it is no archive, holds more
 * than it may, or anything but the files of a handover: no name in it becomes a path.
 */
export async function unpackHandover(zip: Uint8Array, folder: string): Promise<string | null> {
  const files = unpack(zip, names)
  const manifest = files?.[manifestFile]
  if (files === null || manifest === undefined) return null
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  return sha256(manifest)
}

class UnfitArchive extends Error {
  override readonly name = 'UnfitArchive'
}

function unpack(zip: Uint8Array, expected: ReadonlySet<string>): Record<string, Uint8Array> | null {
  let bytes = 0
  try {
    return unzipSync(zip, {
      // Asked before anything is inflated, and nothing is inflated beyond what is said here.
      filter({ name, originalSize }) {
        bytes += originalSize
        if (!expected.has(name) || bytes > mostBytes) throw new UnfitArchive(name)
        return true
      },
    })
  } catch {
    return null
  }
}
