import { honeytokenName, plantHoneytokens } from './honeytokens.ts'
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
export async function searchFolders(input: SearchInput, plant = plantHoneytokens): Promise<SearchResult> {
  try {
    using honey = plant(input)
    const wanted = [...input.secrets, [honeytokenName, honey.value] as const]
    const search = createSecretSearch(wanted.flatMap(([name, value]) => secretForms(name, value)))
    const book = createSearchBook(input.limits)
    const own = createSearchBook({ bytes: Infinity, entries: Infinity, unfoldedBytes: Infinity })
    for (const label of ['workspace', 'home'] as const) {
      for (const found of walkFolder(input[label], label)) {
        try {
          await searchEntry(found, search, honey.has(found.path) ? own : book)
        } catch (error) {
          if (!(error instanceof SearchEnd && honey.take(error.result))) throw error
        }
      }
    }
    return book.finish(honey.finish())
  } catch (error) {
    if (error instanceof SearchEnd) return error.result
    throw error
  }
}
