import { createRepositories } from '../../../app/github/open-repositories.ts'
import { openById } from '../../../app/github/read-repositories.ts'
import { answerDeadLetter } from '../../../app/intake/answer-dead-letter.ts'
import { handleTrigger, type TriggerDeps } from '../../../app/intake/handle-trigger.ts'
import { type ClickDeps, placeClick } from '../../../app/intake/place-click.ts'
import { learnSchedules } from '../../../app/schedules/keep-schedules.ts'
import { outcomeOfDeath } from '../../../worker/pipeline/report-dead-letter.ts'
import { createCheckedCommits } from '../../../worker/queue/checked-commits.ts'
import { createPressBook } from '../../../worker/queue/press-book.ts'
import { processIntake } from '../../../worker/queue/process-intake.ts'
import type { QueueProcess } from '../../../worker/queue/process-queue.ts'
import { createThreadLine } from '../../../worker/queue/thread-line.ts'
import type { AppContext } from './app-context.ts'

/** Events that are being looked into at the same time; each is a few requests to GitHub. */
const concurrency = 8

/** Turns what somebody wrote, labelled or pressed into a job or an answer. */
export function processTriggers(context: AppContext): QueueProcess {
  const { redis, log } = context
  const trigger = triggerDeps(context)
  const clicks = clickDeps(context)
  const line = createThreadLine(redis)
  return processIntake({
    redis,
    log,
    concurrency,
    async handle(taken, attempt) {
      const event = taken.kind === 'click' ? await placeClick(clicks, taken, attempt) : taken
      if (event === null) return
      // A word to cancel must not overtake what it is to cancel.
      const place = { repository: event.repository.id, number: event.subject.number }
      await line.run(taken, place, () => handleTrigger(trigger, event, attempt), attempt.signal)
    },
    async onDeadLetter(letter, attempt) {
      const taken = letter.request
      const event = taken?.kind === 'click' ? await placeClick(clicks, taken, attempt) : taken
      if (event === null) return
      await answerDeadLetter(trigger, event, outcomeOfDeath(letter).reason, attempt)
    },
  })
}

function triggerDeps({ policyIssues, gitHub, jobs, held, schedules, operatorPolicy, log }: AppContext): TriggerDeps {
  return {
    ...{ jobs, held, threads: jobs.threads, operatorPolicy, log, now: Date.now },
    repositories: createRepositories(gitHub),
    policyIssues,
    onPolicy: ({ installationId, repository: { id, owner, name } }, policy) => {
      const at = { installationId, repositoryId: id, fullName: `${owner}/${name}` }
      return learnSchedules(schedules, at, policy.schedules ?? [], Date.now())
    },
  }
}

function clickDeps({ appId, redis, gitHub, jobs, held, sent, log }: AppContext): ClickDeps {
  return {
    ...{ appId, jobOn: createCheckedCommits(redis).jobOn, held, log },
    ...{ presses: createPressBook(redis), threads: jobs.threads, sent, now: Date.now },
    findJob: (jobId) => jobs.known.find(jobId),
    async subjectOf({ installationId, repository, eventKey }, { kind, number }, signal) {
      await using open = await openById(gitHub, { installationId, repositoryId: repository.id }, eventKey, signal)
      return open === null ? null : await open.subject(kind, number)
    },
  }
}
