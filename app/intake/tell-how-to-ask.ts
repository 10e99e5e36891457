import { isOwnPullRequest, type Policy, type TriggerEvent } from '../../worker/contract/index.ts'
import { askInReviewComment } from '../replies/review-comment.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { createAnswers } from './create-answers.ts'
import type { TriggerDeps } from './handle-trigger.ts'
import type { OpenRepository } from './ports.ts'

/** Is the pull request of the event one of ours, and open? */
export async function isOnOwnPull(
  { subject, repository }: TriggerEvent,
  { facts, botLogin }: Pick<OpenRepository, 'facts' | 'botLogin'>,
): Promise<boolean> {
  const pull = await facts.pullRequest(subject.number)
  if (pull?.open !== true) return false
  const ground = { repositoryId: repository.id, defaultBranch: facts.now.defaultBranch, botLogin: await botLogin() }
  return isOwnPullRequest(pull, ground)
}

/**
 * A review that asks for changes starts nothing without the command; how it would is said once on a pull request. The
 * mark of that comment is no job's: it follows from the pull request. False: it was said before.
 */
export async function tellHowToAsk(
  { log }: Pick<TriggerDeps, 'log'>,
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
