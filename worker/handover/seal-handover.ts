import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { sealTo } from './sealed-box.ts'

/** All that an artifact for the App has. */
export const sealedFile = 'handover.sealed'

/** Puts one file in the place of what was written to be handed over, which `to` alone can read. */
export async function sealHandover(folder: string, to: string): Promise<void> {
  const files: Record<string, Uint8Array> = {}
  for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name))
  for (const name of Object.keys(files)) await rm(join(folder, name))
  await writeFile(join(folder, sealedFile), sealTo(to, zipSync(files)))
}
