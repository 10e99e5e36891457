/** A page of docs/ that is made from the code. */
export interface Page {
  /** Relative to the project. */
  readonly path: string
  readonly text: string
}

/** The pages whose file is missing or says something else. `read` gives a file's text, or null. */
export function findStale(pages: readonly Page[], read: (path: string) => string | null): Page[] {
  return pages.filter(({ path, text }) => read(path) !== text)
}
