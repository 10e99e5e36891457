import { join } from 'node:path'
import type { SetupSecrets } from '../pipeline/ports/index.ts'
import { type FoldersOf, readSecret } from './read-secret.ts'

/** Names become environment variables and file names: a closed alphabet, and no way out of the folder. */
const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** Secrets of one local run: `DIR/NAME`. Null: there are none. */
export function createFlatSecrets(dir: string | null): SetupSecrets {
  return createRepositorySecrets(async () => (dir === null ? [] : [dir]))
}

/** Secrets of an installation: `DIR/owner/repository/NAME`, else `DIR/owner/NAME`, in lower case but for NAME. */
export function createRepositorySecrets(foldersOf: FoldersOf): SetupSecrets {
  return {
    async load(repository, names) {
      const folders = await foldersOf(repository)
      const values = new Map<string, string>()
      const missing: string[] = []
      for (const name of names) {
        const value = secretName.test(name) ? await readFirst(folders, name) : null
        if (value === null) missing.push(name)
        else values.set(name, value)
      }
      return { values, missing }
    },
  }
}

async function readFirst(folders: readonly string[], name: string): Promise<string | null> {
  for (const folder of folders) {
    const value = await readSecret(join(folder, name))
    if (value !== null && value !== '') return value
  }
  return null
}
