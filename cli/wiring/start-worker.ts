import type { Logger } from 'pino'
import { createGitHubApp } from '../../app/github/create-github-app.ts'
import { wording } from '../../app/replies/wording.ts'
import { createRecordReaper } from '../../worker/audit/create-record-reaper.ts'
import { createModelKeys } from '../../worker/broker/model-keys.ts'
import { createFlatSecrets, createRepositorySecrets } from '../../worker/broker/setup-secrets.ts'
import { isContinued, type JobRequest } from '../../worker/contract/index.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { rebuildChange } from '../../worker/git/rebuild-change.ts'
import { createSendJob } from '../../worker/github/actions/send-job.ts'
import { createBotLogin } from '../../worker/github/app-identity.ts'
import { createAuthority } from '../../worker/github/authority.ts'
import { createCloneAccess } from '../../worker/github/clone-access.ts'
import { createCodeScanning } from '../../worker/github/code-scanning.ts'
import { createGrantedPermissions } from '../../worker/github/granted-permissions.ts'
import { createHeldIssues } from '../../worker/github/held-issues.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { createPublisher } from '../../worker/github/publish.ts'
import { createCiRelease } from '../../worker/github/release-ci.ts'
import { createReporter } from '../../worker/github/reporter.ts'
import { createSharedTokens } from '../../worker/github/shared-tokens.ts'
import { createAppJwtSigner } from '../../worker/github/sign-app-jwt.ts'
import { createTellWaiting } from '../../worker/github/tell-waiting.ts'
import { createRunOnActions } from '../../worker/handover/run-on-actions.ts'
import { jobKey, openSealed, publicPartOf } from '../../worker/handover/sealed-box.ts'
import { loadCheckpoint } from '../../worker/pipeline/checkpoint.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import { reportDeadLetter } from '../../worker/pipeline/report-dead-letter.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { collectBudget } from '../../worker/pipeline/steps/collect.ts'
import { createBlockedChanges } from '../../worker/queue/blocked-changes.ts'
import { createCheckedCommits } from '../../worker/queue/checked-commits.ts'
import type { connectRedis } from '../../worker/queue/connect-redis.ts'
import { createHeldChanges } from '../../worker/queue/held-changes.ts'
import { createPauseBook } from '../../worker/queue/pause-book.ts'
import { processJobs } from '../../worker/queue/process-jobs.ts'
import type { AttemptContext } from '../../worker/queue/run-attempt.ts'
import { createSpendBook } from '../../worker/queue/spend-book.ts'
import { createTokenVault } from '../../worker/queue/token-vault.ts'
import { createTurnBook } from '../../worker/queue/turn-book.ts'
import { createUnreachedBook } from '../../worker/queue/unreached-book.ts'
import { watchCancel } from '../../worker/queue/watch-cancel.ts'
import { loadOperatorPolicy } from '../settings/load-operator-policy.ts'
import type { Environment } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { createCore } from './create-core.ts'
import { type DataFolders, dataDirOf, prepareDataFolders } from './data-folders.ts'
import { gitNetwork } from './git-network.ts'
import { gitHubUrls } from './github-urls.ts'
import { createLoggedReporter } from './logged-reporter.ts'
import { createPolicyDigest, createTeamCheck } from './policy-digest.ts'
import { prepareCertificates } from './prepare-certificates.ts'
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

/** A worker against GitHub: takes jobs from the queue until it is closed. */
export async function startWorker(deps: WorkerDeps): Promise<RunningWorker> {
  const folders = await prepareDataFolders(dataDirOf(deps.settings))
  const secretsDir = deps.settings.AIRLOCK_SECRETS_DIR
  const certificates = await prepareCertificates(folders.root, deps.env)
  const core = await createCore(deps.settings, deps.env, folders, {
    certificates,
    ...(secretsDir === undefined ? {} : { modelKeys: createModelKeys(secretsDir) }),
  })
  const gitHub = createGitHubPorts(deps, folders, certificates)
  const spending = createSpendBook(deps.redis)
  const turns = createTurnBook(deps.redis)
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
        onStep: (step) => void context.noteStep(step).catch(() => undefined),
        onEnd: context.noteResult,
      })
      const held = {
        ...createHeldChanges(deps.redis, deps.privateKey, attempt),
        placeFor: gitHub.heldIssuesOf(context),
      }
      const blocked = keepsBlocked ? createBlockedChanges(deps.redis, deps.privateKey, attempt) : null
      const ports = { ...core, ...gitHub.ports, reporter: logged, checkpoints, spending, held, blocked }
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

const permissionsTo = {
  read: { contents: 'read' },
  publish: { contents: 'write', pull_requests: 'write' },
} as const

type GitHubPort = 'authority' | 'rights' | 'source' | 'secrets' | 'publisher' | 'ci' | 'elsewhere' | 'wording'

function createGitHubPorts(deps: WorkerDeps, folders: DataFolders, certificates: string | null) {
  const { settings, appId, privateKey, log } = deps
  const urls = gitHubUrls(settings)
  const vault = createTokenVault(deps.redis, privateKey)
  const pauses = createPauseBook(deps.redis)
  const checked = createCheckedCommits(deps.redis)
  const common = { appId, baseUrl: urls.api, vault, pauses, log }
  const tokens = createInstallationTokens({ ...common, privateKey })
  const shared = createSharedTokens(tokens)
  const unreached = createUnreachedBook(deps.redis)
  const app = createGitHubApp({ ...common, unreached, signJwt: createAppJwtSigner(privateKey) })
  const botLogin = createBotLogin({ appId, privateKey, baseUrl: urls.api })
  const granted = createGrantedPermissions({ appId, privateKey, baseUrl: urls.api })
  const codeScanning = createCodeScanning({ tokens, granted, wording, toSarif, log })
  const ports: Pick<PipelinePorts, GitHubPort> = {
    authority: createAuthority({
      tokens: shared,
      policyDigest: createPolicyDigest(app, loadOperatorPolicy(settings)),
      outsideTeams: createTeamCheck(app),
      botLogin,
    }),
    rights: { hold: (request, what) => shared.hold(request, permissionsTo[what]) },
    source: createSource({
      dataDir: folders.root,
      git: 'git',
      cloneAccess: createCloneAccess({
        tokens: shared.exact,
        gitUrl: urls.git,
        network: gitNetwork(deps.env, certificates),
      }),
      limits: defaultSourceLimits,
    }),
    secrets:
      settings.AIRLOCK_SECRETS_DIR === undefined
        ? createFlatSecrets(null)
        : createRepositorySecrets(settings.AIRLOCK_SECRETS_DIR),
    publisher: createPublisher({ tokens: shared, log }),
    ci: createCiRelease({ tokens }),
    elsewhere: createRunOnActions({
      send: createSendJob({ tokens, granted, botLogin, sealTo: (jobId) => publicPartOf(jobKey(privateKey, jobId)) }),
      open: (jobId, sealed) => openSealed(jobKey(privateKey, jobId), sealed),
      rebuild: (change, signal) =>
        rebuildChange(
          { dataDir: folders.root, git: 'git', limits: defaultSourceLimits },
          { ...change, budget: collectBudget },
          signal,
        ),
    }),
    wording,
  }
  return {
    ports,
    tokens,
    heldIssuesOf: ({ fence }: AttemptContext) => createHeldIssues({ tokens, wording, botLogin, fence }),
    tellWaiting: createTellWaiting({ tokens, wording, botLogin, log }),
    reporterOf: ({ fence }: AttemptContext) =>
      createReporter({ tokens, checks: { appId, note: checked.note }, codeScanning, wording, botLogin, fence, log }),
  }
}

function recordReapers({ AIRLOCK_RECORD_DAYS: days }: Settings, dir: string) {
  return days === undefined ? [] : [createRecordReaper({ dir, days, now: Date.now })]
}
