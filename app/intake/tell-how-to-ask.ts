import type { BaseLogger } from 'pino'
import { isOwnPullRequest, type Policy, type TriggerEvent } from '../../worker/contract/index.ts'
import { askInReviewComment } from '../replies/review-comment.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { createAnswers } from './create-answers.ts'
import type { OpenRepository, PullRequestNow } from './ports.ts'

/** The pull request of the event, if it is one of ours. */
export async function ownPullOf(
  { subject, repository }: TriggerEvent,
  { facts, botLogin }: Pick<OpenRepository, 'facts' | 'botLogin'>,
): Promise<PullRequestNow | null> {
  const pull = await facts.pullRequest(subject.number)
  if (pull === null) return null
  const ground = { repositoryId: repository.id, defaultBranch: facts.now.defaultBranch, botLogin: await botLogin() }
  return isOwnPullRequest(pull, ground) ? pull : null
}

/**
 * A review that asks for changes starts nothing without the command; how it would is said once on a pull request. The
 * mark of that comment is no job's: it follows from the pull request. False: it was said before.
 */
export async function tellHowToAsk(
  { log }: { readonly log: Pick<BaseLogger, 'warn'> },
  event: TriggerEvent,
  { thread }: Pick<OpenRepository, 'thread'>,
  triggers: Policy['triggers'],
): Promise<boolean> {
  const { repository, subject, deliveryId } = event
  const mark = jobIdFor(`changes-requested:${repository.id}:${subject.number}`)
  if ((await thread.saidOf(mark, ever)) !== null) return false
  await createAnswers(thread, mark, { log, deliveryId }).once(askInReviewComment(mark, triggers))
  return true
}

const ever = new Date(0).toISOString()
