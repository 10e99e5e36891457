import { printablePath } from '../git/printable-path.ts'
import type { SecretHit } from './secret-search.ts'

/** What a search of two folders may take. */
export interface SearchLimits {
  /** Bytes of all files together, as their sizes say. */
  readonly bytes: number
  readonly entries: number
  /** Bytes that long compressed streams may unfold to, together. */
  readonly unfoldedBytes: number
}

export interface SearchInput {
  readonly workspace: string
  readonly home: string
  readonly secrets: ReadonlyMap<string, string>
  readonly limits: SearchLimits
}

export type SearchResult =
  | {
      readonly kind: 'clean'
      readonly kept: ReadonlyMap<string, string>
      readonly bytes: number
      /** Planted, and found. */
      readonly honeytokens: number
    }
  | { readonly kind: 'secret-found'; readonly path: string; readonly secret: string; readonly encoding: string }
  | { readonly kind: 'unsafe'; readonly path: string; readonly why: string }

/** Ends a search from within. Caught where it began. */
export class SearchEnd extends Error {
  override readonly name = 'SearchEnd'
  readonly result: SearchResult

  constructor(result: SearchResult) {
    super(result.kind)
    this.result = result
  }

  /** `path` holds one byte per character (latin1). */
  static unsafe(path: string, why: string): SearchEnd {
    return new SearchEnd({ kind: 'unsafe', path: printablePath(path), why })
  }

  static unreadable(path: string, error: unknown): SearchEnd {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
    return SearchEnd.unsafe(path, `it cannot be read: ${errno}`)
  }

  static found(path: string, { secret, encoding }: SecretHit): SearchEnd {
    return new SearchEnd({ kind: 'secret-found', path: printablePath(path), secret, encoding })
  }
}
