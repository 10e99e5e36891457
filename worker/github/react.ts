import type { JobRequest, OutcomeName } from '../contract/index.ts'
import type { Fence } from '../pipeline/ports/index.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

const reactions = {
  published: 'rocket',
  'no-changes': '+1',
  held: 'eyes',
  blocked: '-1',
  refused: '-1',
  cancelled: 'confused',
  failed: 'confused',
} as const satisfies Record<OutcomeName, string>

/** Reacts to the comment, or else the issue, that asked. The same reaction twice is one on GitHub. */
export async function react(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { subject, trigger }: JobRequest,
  { outcome, fence }: { readonly outcome: OutcomeName; readonly fence: Fence },
): Promise<void> {
  const at = { owner, repo, content: reactions[outcome] }
  await fence.check()
  if (trigger.commentId !== null) {
    const comment_id = trigger.commentId
    await session.call((octokit) => octokit.rest.reactions.createForIssueComment({ ...at, comment_id }))
  } else if (subject !== null) {
    const issue_number = subject.number
    await session.call((octokit) => octokit.rest.reactions.createForIssue({ ...at, issue_number }))
  }
}
