import type { TriggerEvent } from '../../worker/contract/index.ts'
import { askOnIssueText } from '../replies/thread-comment.ts'
import type { OpenRepository, ThreadBook } from './ports.ts'
import { ownPullOf } from './tell-how-to-ask.ts'

/**
 * An answer about jobs. On a pull request of ours on which nothing was asked yet it also names the issue: the job that made
 * the pull request was asked there. Its branch tells which, and GitHub that the pull request is ours.
 */
export async function withIssueNamed(
  text: string,
  event: TriggerEvent,
  repository: Pick<OpenRepository, 'facts' | 'botLogin'>,
  threads: ThreadBook,
): Promise<string> {
  const { subject, repository: at } = event
  if (subject.kind === 'issue' || (await threads.on({ repository: at.id, number: subject.number })).length > 0) {
    return text
  }
  const pull = await ownPullOf(event, repository)
  const [, issue] = /^airlock\/issue-([1-9][0-9]{0,9})-/.exec(pull?.ref ?? '') ?? []
  return issue === undefined ? text : `${text}\n\n${askOnIssueText(Number(issue))}`
}
