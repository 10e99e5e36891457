import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository } from '../contract/index.ts'

const maxSecretBytes = 64 * 1024

/** Folders of what the operator holds for a repository, its own first: `DIR/owner/repository`, `DIR/owner`, in lower case. */
export function secretFolders(dir: string, repository: Pick<Repository, 'owner' | 'name'>): readonly string[] {
  const owner = join(dir, repository.owner.toLowerCase())
  return [join(owner, repository.name.toLowerCase()), owner]
}

/**
 * What such a file says; one trailing newline is an editor's, not the secret's. Null: there is no file. Empty: there is
 * one, but nothing that can be used.
 */
export async function readSecret(path: string): Promise<string | null> {
  try {
    const facts = await stat(path)
    if (!facts.isFile()) return null
    if (facts.size > maxSecretBytes) return ''
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}
