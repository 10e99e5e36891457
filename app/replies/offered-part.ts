import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'

/** An address from GitHub's answer to us, and a branch of our own making: still only taken if they look like it. */
const safe = /^https?:\/\/[A-Za-z0-9./:_-]{1,400}$/

/** How the author of a fork takes the work into their branch. Null in every other job. */
export function offeredPart({ base }: JobRequest, { offeredAt, report: { branch } }: JobSummary): TextPart | null {
  if (offeredAt === undefined || branch === null || !safe.test(offeredAt)) return null
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
