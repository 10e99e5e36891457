import { type Policy, statusMarker } from '../../worker/contract/index.ts'

/** After a review that asks for changes, of a pull request of ours. */
export function askInReviewComment(jobId: string, { command }: Pick<Policy['triggers'], 'command'>): string {
  return [
    statusMarker(jobId),
    '**Nothing was started by this review:** reviews are often meant for people, so Airlock works on one only if it is told to.',
    '',
    `- \`${command}\` alone as the summary of a review: does what all comments of that review ask for`,
    `- \`${command} TASK\` in a comment here, or under a comment on lines of the diff: does that`,
    '',
    'This is said once on a pull request.',
  ].join('\n')
}
