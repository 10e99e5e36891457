import type { JobRequest, OutcomeName } from '../contract/index.ts'
import type { Fence } from '../pipeline/ports/index.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

const reactions = {
  published: 'rocket',
  'no-changes': '+1',
  held: 'eyes',
  blocked: '-1',
  joined: '+1',
  refused: '-1',
  cancelled: 'confused',
  failed: 'confused',
} as const satisfies Record<OutcomeName, string>

/**
 * Reacts to the comment, or else the issue, that asked. The same reaction twice is one on GitHub. A review takes none:
 * its status comment has to be enough.
 */
export async function react(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { subject, trigger }: JobRequest,
  { outcome, fence }: { readonly outcome: OutcomeName; readonly fence: Fence },
): Promise<void> {
  const at = { owner, repo, content: reactions[outcome] }
  const { commentId: comment_id, writtenIn } = trigger
  if (writtenIn === 'review') return
  await fence.check()
  if (comment_id !== null && writtenIn === 'review-comment') {
    await session.call((octokit) => octokit.rest.reactions.createForPullRequestReviewComment({ ...at, comment_id }))
  } else if (comment_id !== null) {
    await session.call((octokit) => octokit.rest.reactions.createForIssueComment({ ...at, comment_id }))
  } else if (subject !== null) {
    const issue_number = subject.number
    await session.call((octokit) => octokit.rest.reactions.createForIssue({ ...at, issue_number }))
  }
}
