import { z } from 'zod'

/** What is kept of a hunk: its end, which is where a comment's lines are. */
const mostOfHunk = 1500

/** The lines of a pull request's diff that a review comment is on. Path and hunk are the repository's words. */
export const diffPlaceSchema = z.strictObject({
  path: z.string().max(4096),
  /** Null: the whole file, or the diff has these lines no more. */
  lines: z.strictObject({ first: z.int().positive(), last: z.int().positive() }).nullable(),
  /** Which version of the file the lines are counted in. */
  side: z.enum(['before', 'after']),
  hunk: z.string().max(mostOfHunk),
})
export type DiffPlace = z.infer<typeof diffPlaceSchema>

const lineSchema = z.int().positive().nullish()

/** The same as GitHub writes it, in webhooks and answers alike. */
export const gitHubDiffPlaceSchema = z
  .object({
    path: diffPlaceSchema.shape.path,
    diff_hunk: z.string(),
    line: lineSchema,
    start_line: lineSchema,
    side: z.string().nullish(),
  })
  .transform(
    ({ path, diff_hunk, line, start_line, side }): DiffPlace => ({
      path,
      lines: line ? { first: start_line ?? line, last: line } : null,
      side: side === 'LEFT' ? 'before' : 'after',
      hunk: diff_hunk.slice(-mostOfHunk),
    }),
  )
