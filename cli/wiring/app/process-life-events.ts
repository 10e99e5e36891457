import { createInstallations } from '../../../app/github/installations.ts'
import { createOrganisationPolicyReader } from '../../../app/github/organisation-policy.ts'
import { createIssueDesk } from '../../../app/github/policy-issues.ts'
import { handleLife, type LifeDeps } from '../../../app/intake/handle-life.ts'
import { type WelcomeDeps, welcome } from '../../../app/intake/welcome.ts'
import { createLifeBook } from '../../../worker/queue/life-book.ts'
import { processLife } from '../../../worker/queue/life-intake.ts'
import type { QueueProcess } from '../../../worker/queue/process-queue.ts'
import { createWelcomeBook } from '../../../worker/queue/welcome-book.ts'
import type { AppContext } from './app-context.ts'

/** Of an installation all repositories are listed. */
const concurrency = 2

/** Follows what installations and repositories go through, and welcomes those that are added. */
export function processLifeEvents({ redis, gitHub, unreached, operatorPolicy, log }: AppContext): QueueProcess {
  const welcoming: WelcomeDeps = {
    ...{ operatorPolicy, book: createWelcomeBook(redis), log },
    async organisationPolicy({ installationId, deliveryId }, { id, owner }, { signal }) {
      const token = { owner: `life:${deliveryId}`, repositoryId: id }
      await using otherwise = await gitHub.openClient(installationId, token, { contents: 'read' }, signal)
      return await createOrganisationPolicyReader(
        gitHub,
        { account: owner, installationId, token, otherwise },
        signal,
      )()
    },
    deskOf({ installationId, deliveryId }, { id, owner, name }, attempt) {
      const token = { owner: `life:${deliveryId}`, repositoryId: id }
      return createIssueDesk(gitHub, { account: owner, installationId, token }, name, attempt)
    },
  }
  const life: LifeDeps = {
    installations: createInstallations(gitHub),
    book: createLifeBook(redis),
    forgetUnreached: unreached.forget,
    welcome: (event, reachable, attempt) => welcome(welcoming, event, reachable, attempt),
    log,
    now: Date.now,
  }
  return processLife({
    redis,
    log,
    concurrency,
    handle: (event, attempt) => handleLife(life, event, attempt),
    async onDeadLetter({ id, request, reason }) {
      log.error({ id, event: request?.name, reason }, 'an organisation event was given up')
    },
  })
}
