import { join } from 'node:path'
import type { Repository } from '../contract/index.ts'
import type { SetupSecrets } from '../pipeline/ports/index.ts'
import { readSecret, secretFolders } from './read-secret.ts'

/** Names become environment variables and file names: a closed alphabet, and no way out of the folder. */
const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** Secrets of an installation: `DIR/owner/repository/NAME`, else `DIR/owner/NAME`, in lower case but for NAME. */
export function createRepositorySecrets(dir: string): SetupSecrets {
  return createSecrets((repository) => secretFolders(dir, repository))
}

/** Secrets of one local run: `DIR/NAME`. Null: there are none. */
export function createFlatSecrets(dir: string | null): SetupSecrets {
  return createSecrets(() => (dir === null ? [] : [dir]))
}

function createSecrets(foldersOf: (repository: Repository) => readonly string[]): SetupSecrets {
  return {
    async load(repository, names) {
      const values = new Map<string, string>()
      const missing: string[] = []
      for (const name of names) {
        const value = secretName.test(name) ? await readFirst(foldersOf(repository), name) : null
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
