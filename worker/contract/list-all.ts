/** What is asked for of a list of GitHub's. */
export interface AskedPage {
  readonly per_page: number
  readonly page: number
}

/** The most that GitHub puts into a page. */
export const perPage = 100

/**
 * The entries of a list, page by page until one that is not full, or that is not needed any more. Bounded: a list of
 * strangers' entries can be made long. Whoever asks says what becomes of what is behind the last page.
 */
export async function* listAll<T>(
  ask: (asked: AskedPage) => Promise<readonly T[]>,
  mostPages: number,
): AsyncGenerator<T> {
  for (let page = 1; page <= mostPages; page += 1) {
    const some = await ask({ per_page: perPage, page })
    yield* some
    if (some.length < perPage) return
  }
}
