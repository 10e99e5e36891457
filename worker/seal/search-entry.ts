import { Buffer } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readlinkSync, unlinkSync } from 'node:fs'
import { blobHash, fileMode } from '../git/fingerprint.ts'
import { UnsearchableError } from './compressed-streams.ts'
import type { SearchBook } from './search-book.ts'
import { searchFile } from './search-file.ts'
import { SearchEnd } from './search-result.ts'
import type { SecretSearch } from './secret-search.ts'
import type { FoundEntry } from './walk-folder.ts'

/** setuid and setgid; the sticky bit means nothing on a file. */
const privilegeBits = 0o6000

/** Searches one entry by its kind. Throws SearchEnd for a secret and for what cannot be kept. */
export async function searchEntry(found: FoundEntry, search: SecretSearch, book: SearchBook): Promise<void> {
  const { path, fullPath, entry } = found
  book.countEntry(path)
  searchName(path, search)
  if (entry.isDirectory()) return
  if (entry.isSymbolicLink()) return searchLink(found, search, book)
  if (entry.isFile()) return searchContent(found, search, book)
  if (!entry.isSocket() && !entry.isFIFO()) throw SearchEnd.unsafe(path, 'it is a device, or of an unknown kind')
  unlinkSync(fullPath)
}

/** The report names the folder that is still clean: the name itself is the secret. */
function searchName(path: string, search: SecretSearch): void {
  const hit = search.find(Buffer.from(path, 'latin1'))
  if (hit === null) return
  const parts = path.split('/')
  const isClean = (count: number): boolean =>
    search.find(Buffer.from(parts.slice(0, count).join('/'), 'latin1')) === null
  const clean = parts.findLastIndex((_, index) => isClean(index))
  throw SearchEnd.found([...parts.slice(0, Math.max(0, clean)), '[a name that holds it]'].join('/'), hit)
}

function searchLink({ path, fullPath }: FoundEntry, search: SecretSearch, book: SearchBook): void {
  const target = readlinkSync(fullPath, { encoding: 'buffer' })
  const hit = search.find(target)
  if (hit !== null) throw SearchEnd.found(path, hit)
  book.keep(path, { mode: '120000', size: target.length, sha: blobHash(target.length).update(target).digest('hex') })
}

async function searchContent({ path, fullPath }: FoundEntry, search: SecretSearch, book: SearchBook): Promise<void> {
  const file = openPlain(path, fullPath)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) throw SearchEnd.unsafe(path, 'it is not what its folder says')
    if ((stats.mode & privilegeBits) !== 0) throw SearchEnd.unsafe(path, 'it has the setuid or setgid bit')
    book.countFile(path, stats)
    const hash = blobHash(stats.size)
    const hit = await searchFile(file, stats.size, {
      search,
      spend: book.countUnfolded,
      onBytes: (bytes) => hash.update(bytes),
    })
    if (hit !== null) throw SearchEnd.found(path, hit)
    book.keep(path, { mode: fileMode(stats.mode), size: stats.size, sha: hash.digest('hex') })
  } catch (error) {
    throw error instanceof UnsearchableError ? SearchEnd.unsafe(path, error.message) : error
  } finally {
    closeSync(file)
  }
}

function openPlain(path: string, fullPath: Buffer): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync(fullPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    throw SearchEnd.unreadable(path, error)
  }
}
