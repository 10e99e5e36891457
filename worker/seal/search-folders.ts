import { createSearchBook } from './search-book.ts'
import { searchEntry } from './search-entry.ts'
import { SearchEnd, type SearchInput, type SearchResult } from './search-result.ts'
import { secretForms } from './secret-forms.ts'
import { createSecretSearch } from './secret-search.ts'
import { walkFolder } from './walk-folder.ts'

/**
 * Searches all that setup left in the workspace and the home for every form of every secret: names, contents, what
 * symlinks point to. Nothing is followed. Sockets and FIFOs are removed: they hold nothing, and whoever served them
 * is dead. Devices and setuid files are refused, and so is a file with a further name elsewhere: that name would
 * outlive the search. Extended attributes are not searched, because a restored copy does not have them. Blocks its
 * thread.
 */
export async function searchFolders(input: SearchInput): Promise<SearchResult> {
  const search = createSecretSearch([...input.secrets].flatMap(([name, value]) => secretForms(name, value)))
  const book = createSearchBook(input.limits)
  try {
    for (const label of ['workspace', 'home'] as const) {
      for (const found of walkFolder(input[label], label)) await searchEntry(found, search, book)
    }
    return book.finish()
  } catch (error) {
    if (error instanceof SearchEnd) return error.result
    throw error
  }
}
