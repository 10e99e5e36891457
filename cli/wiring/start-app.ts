import type { Logger } from 'pino'
import { createGitHubApp, type GitHubApp } from '../../app/github/create-github-app.ts'
import { createInstallations } from '../../app/github/installations.ts'
import { createLabelledIssues, type LabelledDeps } from '../../app/github/labelled-issues.ts'
import { createOfferedChanges } from '../../app/github/offered-changes.ts'
import { openByName } from '../../app/github/open-by-name.ts'
import { createRepositories } from '../../app/github/open-repositories.ts'
import { createIssueDesk } from '../../app/github/policy-issues.ts'
import { openById } from '../../app/github/read-repositories.ts'
import { createScheduleGitHub } from '../../app/github/schedule-github.ts'
import { createSentDeliveries } from '../../app/github/sent-deliveries.ts'
import { answerDeadLetter } from '../../app/intake/answer-dead-letter.ts'
import { checkPolicyChange } from '../../app/intake/check-policy-change.ts'
import { burstBytes, createBurstWatch } from '../../app/intake/create-burst-watch.ts'
import { fallbackTriggers } from '../../app/intake/fallback-triggers.ts'
import { type ReconcileDeps, reconcileLabels } from '../../app/intake/find-labelled.ts'
import { handleLife, type LifeDeps } from '../../app/intake/handle-life.ts'
import { handleTrigger, type TriggerDeps } from '../../app/intake/handle-trigger.ts'
import { createInOrder } from '../../app/intake/in-order.ts'
import { type ClickDeps, placeClick } from '../../app/intake/place-click.ts'
import { readPolicySources } from '../../app/intake/read-policy.ts'
import { type WelcomeDeps, welcome } from '../../app/intake/welcome.ts'
import { evaluatePolicy } from '../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createRest } from '../../app/rest.ts'
import { learnSchedules } from '../../app/schedules/keep-schedules.ts'
import { isClick } from '../../app/webhooks/parse-click.ts'
import { lifeEventName } from '../../app/webhooks/parse-life-event.ts'
import { mayChangePolicy } from '../../app/webhooks/parse-pull-event.ts'
import { canAsk } from '../../app/webhooks/parse-trigger-event.ts'
import { createAppJwtSigner } from '../../worker/github/sign-app-jwt.ts'
import { outcomeOfDeath } from '../../worker/pipeline/report-dead-letter.ts'
import { createCheckedCommits } from '../../worker/queue/checked-commits.ts'
import type { connectRedis } from '../../worker/queue/connect-redis.ts'
import { createDeliveryBook } from '../../worker/queue/delivery-book.ts'
import { createIntake, createJobs, createPullIntake } from '../../worker/queue/enqueue.ts'
import { createHeldBook } from '../../worker/queue/held-book.ts'
import { createLifeBook } from '../../worker/queue/life-book.ts'
import { createLifeIntake, processLife } from '../../worker/queue/life-intake.ts'
import { createPauseBook } from '../../worker/queue/pause-book.ts'
import { createPolicyIssueBook } from '../../worker/queue/policy-issue-book.ts'
import { createPressBook } from '../../worker/queue/press-book.ts'
import { processIntake } from '../../worker/queue/process-intake.ts'
import { processPulls } from '../../worker/queue/process-pulls.ts'
import { createScheduleBook } from '../../worker/queue/schedule-book.ts'
import { createThreadLine } from '../../worker/queue/thread-line.ts'
import { createTokenVault } from '../../worker/queue/token-vault.ts'
import { createUnreachedBook } from '../../worker/queue/unreached-book.ts'
import { createWelcomeBook } from '../../worker/queue/welcome-book.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { createAppApi } from './create-app-api.ts'
import { gitHubUrls } from './github-urls.ts'
import { startServer } from './listeners/start-server.ts'
import { startRedelivery } from './start-redelivery.ts'
import { startSchedules } from './start-schedules.ts'

export interface AppDeps {
  readonly settings: Settings
  readonly appId: number
  readonly privateKey: string
  readonly webhookSecret: string
  readonly redis: Awaited<ReturnType<typeof connectRedis>>
  /** Of the same Redis, for the second listener. */
  readonly redisUrl: string
  readonly log: Logger
}

export interface RunningApp {
  close(graceMs: number): Promise<void>
}

/** Events that are being looked into at the same time; each is a few requests to GitHub. */
const concurrency = 8
/** Of an installation all repositories are listed. */
const lifeConcurrency = 2
/** Pull requests that are looked at for a change of policy; nobody waits for these. */
const checksAtATime = 2

/** Takes webhooks, and turns accepted events into jobs or answers, until it is closed. */
export async function startApp(deps: AppDeps): Promise<RunningApp> {
  const { settings, appId, privateKey, webhookSecret, redis, redisUrl, log } = deps
  const vault = createTokenVault(redis, privateKey)
  const baseUrl = gitHubUrls(settings).api
  const bursts = new SharedArrayBuffer(burstBytes)
  const burst = createBurstWatch(bursts)
  const signJwt = createAppJwtSigner(privateKey)
  const pauses = createPauseBook(redis)
  const unreached = createUnreachedBook(redis)
  const gitHub = createGitHubApp({ appId, signJwt, baseUrl, vault, log, whenCalm: burst.over, pauses, unreached })
  const intake = createIntake(redis, burst.over)
  const jobs = createJobs(redis)
  const operatorPolicy = loadOperatorPolicy(settings)
  const book = createScheduleBook(redis)
  const held = createHeldBook(redis)
  const trigger: TriggerDeps = {
    repositories: createRepositories(gitHub),
    jobs,
    held,
    threads: jobs.threads,
    policyIssues: createPolicyIssueBook(redis),
    operatorPolicy,
    onPolicy: ({ installationId, repository: { id, owner, name } }, { schedules = [] }) =>
      learnSchedules(book, { installationId, repositoryId: id, fullName: `${owner}/${name}` }, schedules, Date.now()),
    log,
    now: Date.now,
  }
  const changes = createOfferedChanges(gitHub, appId)
  const checks = processPulls({
    redis,
    log,
    concurrency: checksAtATime,
    handle: (event, attempt) => checkPolicyChange({ changes, operatorPolicy, log }, event, attempt),
    // Nobody asked for it, and the next push is looked at again.
    onDeadLetter: async ({ id, reason }) => log.warn({ id, reason }, 'a policy change could not be checked'),
  })
  const sent = createSentDeliveries(gitHub, isWanted)
  const clicks: ClickDeps = {
    ...{ appId, jobOn: createCheckedCommits(redis).jobOn, held, log },
    ...{ presses: createPressBook(redis), threads: jobs.threads, sent, now: Date.now },
    findJob: (jobId) => jobs.known.find(jobId),
    async subjectOf({ installationId, repository, eventKey }, { kind, number }, signal) {
      await using open = await openById(gitHub, { installationId, repositoryId: repository.id }, eventKey, signal)
      return open === null ? null : await open.subject(kind, number)
    },
  }
  const inOrder = createInOrder()
  const line = createThreadLine(redis)
  const events = processIntake({
    redis,
    log,
    concurrency,
    async handle(taken, attempt) {
      const event = taken.kind === 'click' ? await placeClick(clicks, taken, attempt) : taken
      if (event === null) return
      // A word to cancel must not overtake what it is to cancel.
      const handle = () => handleTrigger(trigger, event, attempt)
      const inLine = () => line.run(taken, handle, attempt.signal)
      await inOrder.run(`${event.repository.id}:${event.subject.number}`, inLine)
    },
    async onDeadLetter(letter, attempt) {
      const taken = letter.request
      const event = taken?.kind === 'click' ? await placeClick(clicks, taken, attempt) : taken
      if (event === null) return
      await answerDeadLetter(trigger, event, outcomeOfDeath(letter).reason, attempt)
    },
  })
  const welcoming: WelcomeDeps = {
    ...{ operatorPolicy, book: createWelcomeBook(redis), log },
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
  const lifeEvents = processLife({
    redis,
    log,
    concurrency: lifeConcurrency,
    handle: (event, attempt) => handleLife(life, event, attempt),
    async onDeadLetter({ id, request, reason }) {
      log.error({ id, event: request?.name, reason }, 'an organisation event was given up')
    },
  })
  const rest = createRest({
    api: createAppApi({ gitHub, jobs, operatorPolicy, ...deps }),
    log,
    async checkReadiness() {
      const answer = await redis.ping().catch(() => 'nothing')
      return answer === 'PONG' ? [] : ['Redis cannot be reached']
    },
  })
  const host = settings.HOST ?? 'localhost'
  const lifeIntake = createLifeIntake(redis)
  const pulls = createPullIntake(redis, burst.over)
  const intakes = { intake, pulls, life: lifeIntake }
  const server = await startServer({
    ...{ redisUrl, webhookSecret, rest, log, host, port: settings.PORT ?? 3000, burst: bursts },
    logLevel: settings.LOG_LEVEL,
    intake: { accept: (event) => burst.deliver(() => intake.accept(event)), acceptLife: lifeIntake.accept },
    pulls: { accept: (event) => burst.deliver(() => pulls.accept(event)) },
    handOver: (queue, entry) => intakes[queue].handOver(entry),
  })
  log.info({ port: server.port, host }, 'listening')
  const schedules = startSchedules({
    book,
    gitHub: createScheduleGitHub(gitHub),
    jobs,
    operatorPolicy,
    log,
    now: Date.now,
  })
  const labels: ReconcileDeps = {
    labelled: createLabelledIssues({ app: gitHub, labelOf: labelReader(gitHub, operatorPolicy), now: Date.now }),
    fallbackLabel: fallbackTriggers(operatorPolicy.level).label,
    async hasJobSince({ repository, subject, occurredAt }) {
      const standing = await jobs.threads.on({ repository: repository.id, number: subject.number })
      return standing.some(({ askedAt }) => askedAt >= occurredAt)
    },
    accept: (event) => intake.accept(event),
  }
  const redelivery = startRedelivery({
    ...{ sent, book: createDeliveryBook(redis), log, now: Date.now },
    reconcile: (since, signal) => reconcileLabels(labels, since, signal),
  })
  return {
    async close(graceMs) {
      await schedules[Symbol.asyncDispose]()
      await redelivery[Symbol.asyncDispose]()
      await server.close(graceMs)
      await Promise.all([events.close({ graceMs }), lifeEvents.close({ graceMs }), checks.close({ graceMs })])
      for (const one of Object.values(intakes)) await one[Symbol.asyncDispose]()
      await jobs[Symbol.asyncDispose]()
    },
  }
}

/** Whether a delivery may bring what something is done for. */
function isWanted(event: string, action: string | null): boolean {
  return (
    canAsk(event, action) ||
    isClick(event, action) ||
    lifeEventName(event, action) !== undefined ||
    mayChangePolicy(event, action)
  )
}

/** What the label of a repository's policy is; null where the policy cannot be had. */
function labelReader(app: GitHubApp, operator: OperatorPolicy): LabelledDeps['labelOf'] {
  return async (at, signal) => {
    await using repository = await openByName(app, at, `labels:${at.owner}/${at.name}`, signal)
    if (repository === null) return null
    const { facts } = repository
    const sources = await readPolicySources(facts, operator, await facts.headOf(facts.now.defaultBranch))
    const resolution = evaluatePolicy(operator, sources.texts, sources.traits)
    return resolution.ok ? resolution.policy.triggers.label : null
  }
}
