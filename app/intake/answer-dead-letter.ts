import type { Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { endedComment } from '../replies/status-comment.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { readAsk } from '../triggers/read-ask.ts'
import { createAnswers } from './create-answers.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import type { TriggerDeps } from './handle-trigger.ts'
import type { Attempt } from './ports.ts'

/**
 * Answers an event that was given up, if it was meant for us as far as can be told without the repository's policy.
 * Throws what may be tried again.
 */
export async function answerDeadLetter(
  { repositories, operatorPolicy, log }: Pick<TriggerDeps, 'repositories' | 'operatorPolicy' | 'log'>,
  event: TriggerEvent,
  reason: Reason,
  attempt: Attempt,
): Promise<void> {
  const { kind } = readAsk(event, fallbackTriggers(operatorPolicy.level))
  // A review without the command waits for no answer.
  if (kind === 'none' || kind === 'changes-requested') return
  await using repository = await repositories.open(event, attempt)
  if (repository === null) return
  const jobId = jobIdFor(event.eventKey)
  const answers = createAnswers(repository.thread, jobId, { deliveryId: event.deliveryId, log })
  await answers.once(endedComment(jobId, { outcome: 'failed', reason }))
}
