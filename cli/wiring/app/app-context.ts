import type { Logger } from 'pino'
import { createGitHubApp, type GitHubApp } from '../../../app/github/create-github-app.ts'
import { createSentDeliveries } from '../../../app/github/sent-deliveries.ts'
import type { SentDeliveries } from '../../../app/intake/ask-for-missed.ts'
import type { BurstWatch } from '../../../app/intake/create-burst-watch.ts'
import type { OperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { isClick } from '../../../app/webhooks/parse-click.ts'
import { lifeEventName } from '../../../app/webhooks/parse-life-event.ts'
import { mayChangePolicy } from '../../../app/webhooks/parse-pull-event.ts'
import { canAsk } from '../../../app/webhooks/parse-trigger-event.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import type { connectRedis } from '../../../worker/queue/connect-redis.ts'
import { createJobs, type Jobs } from '../../../worker/queue/enqueue.ts'
import { createHeldBook, type HeldBook } from '../../../worker/queue/held-book.ts'
import { createPauseBook } from '../../../worker/queue/pause-book.ts'
import { createPolicyIssueBook, type PolicyIssueBook } from '../../../worker/queue/policy-issue-book.ts'
import { createScheduleBook, type ScheduleBook } from '../../../worker/queue/schedule-book.ts'
import { createTokenVault } from '../../../worker/queue/token-vault.ts'
import { createUnreachedBook, type UnreachedBook } from '../../../worker/queue/unreached-book.ts'
import { loadOperatorPolicy } from '../../settings/load-operator-policy.ts'
import type { Settings } from '../../settings/settings-schema.ts'
import { gitHubUrls } from '../github-urls.ts'

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

/** What the parts of the app have in common. */
export interface AppContext extends Pick<AppDeps, 'settings' | 'appId' | 'redis' | 'log'> {
  readonly gitHub: GitHubApp
  readonly jobs: Jobs
  readonly held: HeldBook
  readonly schedules: ScheduleBook
  readonly sent: SentDeliveries
  readonly unreached: UnreachedBook
  readonly policyIssues: PolicyIssueBook
  readonly operatorPolicy: OperatorPolicy
}

export function createAppContext(deps: AppDeps, burst: BurstWatch): AppContext {
  const { settings, appId, privateKey, redis, log } = deps
  const unreached = createUnreachedBook(redis)
  const gitHub = createGitHubApp({
    ...{ appId, log, baseUrl: gitHubUrls(settings).api, signJwt: createAppJwtSigner(privateKey) },
    ...{ vault: createTokenVault(redis, privateKey), pauses: createPauseBook(redis), whenCalm: burst.over, unreached },
  })
  return {
    ...{ settings, appId, redis, log, gitHub, unreached },
    jobs: createJobs(redis),
    held: createHeldBook(redis),
    schedules: createScheduleBook(redis),
    sent: createSentDeliveries(gitHub, isWanted),
    policyIssues: createPolicyIssueBook(redis),
    operatorPolicy: loadOperatorPolicy(settings),
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
