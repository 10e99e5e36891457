import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const keyBytes = 32

/** The store's own secret: what is signed with it, nobody who cannot read the store can have written. */
export interface StoreKey {
  sign(text: string): string
}

/** Made once per store, by whichever worker is first. */
export async function loadStoreKey(dir: string): Promise<StoreKey> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, '.key')
  await writeFile(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  const key = await readFile(path)
  if (key.length !== keyBytes) throw new Error(`${path} is not a key of ${keyBytes} bytes: remove it`)
  return { sign: (text) => createHmac('sha256', key).update(text).digest('hex') }
}
