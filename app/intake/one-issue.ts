import type { PolicyIssueBook } from './keep-policy-issues.ts'
import type { OpenedIssue } from './ports.ts'

/** Opens an issue about this place unless there was one already; where that fails, the next one to meet it opens it. */
export async function openOnce(
  book: PolicyIssueBook,
  place: string,
  digest: string,
  open: () => Promise<OpenedIssue | null>,
): Promise<void> {
  if (!(await book.claim(place, digest))) return
  try {
    const issue = await open()
    if (issue !== null) await book.note(place, issue)
  } catch (error) {
    await book.forget(place, null)
    throw error
  }
}

/** Closes the issue about this place, if there is one; where that fails, it stays known. */
export async function closeOpened(
  book: PolicyIssueBook,
  place: string,
  unless: string | null,
  close: (issue: OpenedIssue) => Promise<void>,
): Promise<void> {
  const issue = await book.forget(place, unless)
  if (issue === null) return
  try {
    await close(issue)
  } catch (error) {
    await book.note(place, issue)
    throw error
  }
}
