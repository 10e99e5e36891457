import type { Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { endedComment } from '../replies/status-comment.ts'
import { evaluateAuthority } from '../triggers/evaluate-authority.ts'
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
  const triggers = fallbackTriggers(operatorPolicy.level)
  const { kind } = readAsk(event, triggers)
  // A review without the command waits for no answer.
  if (kind === 'none' || kind === 'changes-requested') return
  await using repository = await repositories.open(event, attempt)
  if (repository === null) return
  const jobId = jobIdFor(event.eventKey)
  const answers = createAnswers(repository.thread, jobId, { deliveryId: event.deliveryId, log })
  await answers.once(endedComment(jobId, { outcome: 'failed', reason }))
  if (event.kind !== 'label') return
  const { facts, thread } = repository
  // As where it came to its end: it can be set again, and a stranger's stays.
  await answers.quietly('label', async () => {
    const live = await facts.permissionOf(event.sender.login)
    if (evaluateAuthority(event.sender, live, triggers.permission).allowed) await thread.takeLabelOff(event.label)
  })
}
