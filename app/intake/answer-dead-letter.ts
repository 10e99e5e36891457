import type { Policy, Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { endedComment } from '../replies/status-comment.ts'
import { evaluateAuthority } from '../triggers/evaluate-authority.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { readAsk } from '../triggers/read-ask.ts'
import { listen } from './admit.ts'
import { createAnswers } from './create-answers.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import type { TriggerDeps } from './handle-trigger.ts'
import type { Attempt } from './ports.ts'

/**
 * Answers an event that was given up, if it was meant for us. The repository's policy may be what it died of: it is asked
 * for its own label and command only where those of the operator do not fit. Throws what may be tried again.
 */
export async function answerDeadLetter(
  { repositories, operatorPolicy, log }: Pick<TriggerDeps, 'repositories' | 'operatorPolicy' | 'log'>,
  event: TriggerEvent,
  reason: Reason,
  attempt: Attempt,
): Promise<void> {
  const byOperator = fallbackTriggers(operatorPolicy.level)
  // A review without the command waits for no answer.
  if (kindOf(event, byOperator) === 'changes-requested') return
  await using repository = await repositories.open(event, attempt)
  if (repository === null) return
  const { facts, thread } = repository
  const jobId = jobIdFor(event.eventKey)
  const answers = createAnswers(thread, jobId, { deliveryId: event.deliveryId, log })
  const isForUs = kindOf(event, byOperator) !== 'none'
  const own = isForUs ? null : await answers.quietly('policy', () => listen({ facts, operatorPolicy }))
  const triggers = own?.triggers ?? byOperator
  if (kindOf(event, triggers) === 'none') return
  await answers.once(endedComment(jobId, { outcome: 'failed', reason }))
  if (event.kind !== 'label') return
  // As where it came to its end: it can be set again, and a stranger's stays.
  await answers.quietly('label', async () => {
    const live = await facts.permissionOf(event.sender.login)
    if (evaluateAuthority(event.sender, live, triggers.permission).allowed) await thread.takeLabelOff(event.label)
  })
}

function kindOf(event: TriggerEvent, triggers: Policy['triggers']) {
  return readAsk(event, triggers).kind
}
