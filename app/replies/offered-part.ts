import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'
import { isPlainAddress } from './harmless.ts'

/** How the author of a fork takes the work into their branch. Null in every other job. */
export function offeredPart({ base }: JobRequest, { offeredAt, report: { branch } }: JobSummary): TextPart | null {
  if (offeredAt === undefined || branch === null || !isPlainAddress(offeredAt)) return null
  const compare = `${offeredAt}/compare/${base.sha}...${branch}`
  const text = [
    `What it changes: ${compare}`,
    '',
    "In the fork, on the pull request's branch, one of these:",
    '',
    '```sh',
    `git pull --ff-only ${offeredAt}.git ${branch}`,
    `curl -fsSL ${compare}.patch | git am`,
    '```',
    '',
    'The first takes the very commit. The second works where the branch has gone on, and for a repository that needs no sign-in.',
  ].join('\n')
  return { title: "For the fork's author", text }
}
