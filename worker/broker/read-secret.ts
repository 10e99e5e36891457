import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository } from '../contract/index.ts'

const maxSecretBytes = 64 * 1024

type HeldFor = Pick<Repository, 'id' | 'owner' | 'name'>

/** Folders that are a repository's to read, its own first. May throw. */
export type FoldersOf = (repository: HeldFor) => Promise<readonly string[]>

/** Whether nobody else was meant by this name of an owner, or of a repository with its owner. May throw. */
export type IsOpenTo = (name: string, repositoryId: number) => Promise<boolean>

/** The operator's word on whom a folder is for: ids of repositories, or `*`. No secret can have its name. */
const wordFile = '.repositories'

/**
 * Folders are by name, and a name that has left can be taken by somebody else: such a folder is closed to them. The
 * operator's own word in it goes before.
 */
export function createOpenFolders(dir: string, isOpenTo: IsOpenTo): FoldersOf {
  return async (repository) => {
    const { id, owner, name } = repository
    const names = [`${owner}/${name}`, owner]
    const open = await Promise.all(
      secretFolders(dir, repository).map(async (folder, index) => {
        const word = await readSecret(join(folder, wordFile))
        const isOpen = word === null ? await isOpenTo(names[index] ?? '', id) : isNamedIn(word, id)
        return isOpen ? [folder] : []
      }),
    )
    return open.flat()
  }
}

function isNamedIn(word: string, id: number): boolean {
  const named = word.split(/\s+/)
  return named.includes(String(id)) || named.includes('*')
}

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
