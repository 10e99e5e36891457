import { GitHubError } from '../intake/github-error.ts'

const outOfReach: ReadonlySet<string> = new Set(['denied', 'not-found', 'rejected'])

/** Null where it is suspended, gone, or not granted to us. That our own key is refused, or GitHub is away, is thrown. */
export async function orOutOfReach<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof GitHubError && outOfReach.has(error.code)) return null
    throw error
  }
}
