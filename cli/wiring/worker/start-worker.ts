import type { Logger } from 'pino'
import { createRecordReaper } from '../../../worker/audit/create-record-reaper.ts'
import { createModelKeys } from '../../../worker/broker/model-keys.ts'
import { createOpenFolders } from '../../../worker/broker/read-secret.ts'
import { isContinued, type JobRequest } from '../../../worker/contract/index.ts'
import { loadCheckpoint } from '../../../worker/pipeline/checkpoint.ts'
import { reportDeadLetter } from '../../../worker/pipeline/report-dead-letter.ts'
import { runJob } from '../../../worker/pipeline/run-job.ts'
import { createBlockedChanges } from '../../../worker/queue/blocked-changes.ts'
import type { connectRedis } from '../../../worker/queue/connect-redis.ts'
import { createHeldChanges } from '../../../worker/queue/held-changes.ts'
import { createLeftBook } from '../../../worker/queue/left-book.ts'
import { processJobs } from '../../../worker/queue/process-jobs.ts'
import type { AttemptContext } from '../../../worker/queue/run-attempt.ts'
import { createSessionBook } from '../../../worker/queue/session-book.ts'
import { createSpendBook } from '../../../worker/queue/spend-book.ts'
import { createTurnBook } from '../../../worker/queue/turn-book.ts'
import { watchCancel } from '../../../worker/queue/watch-cancel.ts'
import type { Environment } from '../../settings/parse-settings.ts'
import type { Settings } from '../../settings/settings-schema.ts'
import { createCore } from '../create-core.ts'
import { dataDirOf, prepareDataFolders } from '../data-folders.ts'
import { prepareCertificates } from '../prepare-certificates.ts'
import { createGitHubPorts } from './create-github-ports.ts'
import { createLoggedReporter } from './logged-reporter.ts'
import { startLifeWatch } from './start-life-watch.ts'
import { startReaper } from './start-reaper.ts'

export interface WorkerDeps {
  readonly settings: Settings
  readonly env: Environment
  readonly appId: number
  readonly privateKey: string
  readonly redis: Awaited<ReturnType<typeof connectRedis>>
  readonly log: Logger
}

export interface RunningWorker {
  /** Takes no more jobs, lets those that run finish within `graceMs`, gives the rest back. */
  close(graceMs: number): Promise<void>
}

/** What the operator holds for owners and repositories, and not for whoever takes the name of one that has left. */
function heldIn(dir: string, redis: WorkerDeps['redis']) {
  return { dir, foldersOf: createOpenFolders(dir, createLeftBook(redis).isOpenTo) }
}

/** A worker against GitHub: takes jobs from the queue until it is closed. */
export async function startWorker(deps: WorkerDeps): Promise<RunningWorker> {
  const folders = await prepareDataFolders(dataDirOf(deps.settings))
  const secretsDir = deps.settings.AIRLOCK_SECRETS_DIR
  const heldFor = secretsDir === undefined ? null : heldIn(secretsDir, deps.redis)
  const certificates = await prepareCertificates(folders.root, deps.env)
  const core = await createCore(deps.settings, deps.env, folders, {
    certificates,
    ...(heldFor === null ? {} : { modelKeys: createModelKeys(heldFor.dir, heldFor.foldersOf) }),
  })
  const gitHub = createGitHubPorts(deps, folders, { certificates, secretFolders: heldFor?.foldersOf ?? null })
  const spending = createSpendBook(deps.redis)
  const turns = createTurnBook(deps.redis)
  const sessions = sessionsOf(deps)
  const keepsBlocked = deps.settings.AIRLOCK_BLOCKED_CHANGES === 'seal'
  const running = new Map<string, JobRequest>()
  const reaper = await startReaper(
    { ...core, records: recordReapers(deps.settings, folders.audit) },
    (jobId) => running.has(jobId),
    deps.log,
  )

  const lifeWatch = await startLifeWatch({
    ...{ redis: deps.redis, folders, secretsDir, audits: core.audits, log: deps.log },
    running: () => [...running.values()],
  })

  const handle = async (request: JobRequest, context: AttemptContext) => {
    running.set(request.id, request)
    try {
      await gitHub.tokens.revokeLeft(request.id)
      await using reporter = gitHub.reporterOf(context)
      const { attempt, fence, checkpoints } = context
      using cancel = await watchCancel(deps.redis, request.id)
      const signal = AbortSignal.any([context.signal, cancel.signal])
      const logged = createLoggedReporter(reporter, {
        log: deps.log,
        attempt,
        // What people are told when they ask; nothing else depends on it.
        onProgress: (progress) => void context.noteProgress(progress).catch(() => undefined),
        onEnd: context.noteResult,
      })
      const held = {
        ...createHeldChanges(deps.redis, deps.privateKey, attempt),
        placeFor: gitHub.heldIssuesOf(context),
      }
      const blocked = keepsBlocked ? createBlockedChanges(deps.redis, deps.privateKey, attempt) : null
      const ports = { ...core, ...gitHub.ports, reporter: logged, checkpoints, spending, sessions, held, blocked }
      // The queue decides what follows a failure: no attempt knows that it is the last one.
      const one = { number: attempt, final: false, fence, signal, settle: cancel.settle }
      const { outcome, report } = await runJob(request, one, ports)
      if (isContinued(outcome)) await turns.noteMove(request, report.commit)
    } finally {
      running.delete(request.id)
    }
  }

  const jobs = processJobs({
    redis: deps.redis,
    log: deps.log,
    concurrency: deps.settings.AIRLOCK_CONCURRENCY ?? 2,
    handle,
    onWait: gitHub.tellWaiting,
    async onDeadLetter(letter, context) {
      if (letter.request === null) return
      await gitHub.tokens.revokeLeft(letter.id)
      await using reporter = gitHub.reporterOf(context)
      const { attempt, noteResult: onEnd } = context
      const logged = createLoggedReporter(reporter, { log: deps.log, attempt, onEnd })
      const saved = await loadCheckpoint(context.checkpoints, letter.id)
      if (saved?.kind === 'ended') return await logged.finished(letter.request, saved.summary, saved.commit)
      await reportDeadLetter(letter.request, letter, logged)
    },
  })
  return {
    async close(graceMs) {
      await jobs.close({ graceMs })
      await lifeWatch[Symbol.asyncDispose]()
      await reaper.stop()
    },
  }
}

function recordReapers({ AIRLOCK_RECORD_DAYS: days }: Settings, dir: string) {
  return days === undefined ? [] : [createRecordReaper({ dir, days, now: Date.now })]
}

/** It is what the agent said: kept where a record keeps that too, and for no longer. */
function sessionsOf({ settings, redis, privateKey }: WorkerDeps) {
  if ((settings.AIRLOCK_RECORD_CONTENT ?? 'full') !== 'full') return null
  return createSessionBook(redis, privateKey, settings.AIRLOCK_RECORD_DAYS ?? null)
}
