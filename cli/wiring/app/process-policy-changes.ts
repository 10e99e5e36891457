import { createOfferedChanges } from '../../../app/github/offered-changes.ts'
import { checkPolicyChange } from '../../../app/intake/check-policy-change.ts'
import { processPulls } from '../../../worker/queue/process-pulls.ts'
import type { QueueProcess } from '../../../worker/queue/process-queue.ts'
import type { AppContext } from './app-context.ts'

/** Pull requests that are looked at at the same time; nobody waits for these. */
const concurrency = 2

/** Tells pull requests what their change of a policy file would mean. */
export function processPolicyChanges({ appId, redis, gitHub, operatorPolicy, log }: AppContext): QueueProcess {
  const changes = createOfferedChanges(gitHub, appId)
  return processPulls({
    redis,
    log,
    concurrency,
    handle: (event, attempt) => checkPolicyChange({ changes, operatorPolicy, log }, event, attempt),
    // Nobody asked for it, and the next push is looked at again.
    onDeadLetter: async ({ id, reason }) => log.warn({ id, reason }, 'a policy change could not be checked'),
  })
}
