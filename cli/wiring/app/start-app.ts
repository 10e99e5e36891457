import { createScheduleGitHub } from '../../../app/github/schedule-github.ts'
import { burstBytes, createBurstWatch } from '../../../app/intake/create-burst-watch.ts'
import { createRest } from '../../../app/rest.ts'
import { createIntake, createPullIntake } from '../../../worker/queue/enqueue.ts'
import { createLifeIntake } from '../../../worker/queue/life-intake.ts'
import { type AppContext, type AppDeps, createAppContext } from './app-context.ts'
import { createAppApi } from './create-app-api.ts'
import { findMissed } from './find-missed.ts'
import { startServer } from './listeners/start-server.ts'
import { processLifeEvents } from './process-life-events.ts'
import { processPolicyChanges } from './process-policy-changes.ts'
import { processTriggers } from './process-triggers.ts'
import { startSchedules } from './start-schedules.ts'

export interface RunningApp {
  close(graceMs: number): Promise<void>
}

/** Takes webhooks, and turns accepted events into jobs or answers, until it is closed. */
export async function startApp(deps: AppDeps): Promise<RunningApp> {
  const bursts = new SharedArrayBuffer(burstBytes)
  const burst = createBurstWatch(bursts)
  const context = createAppContext(deps, burst)
  const { settings, redis, jobs, gitHub, policyIssues, operatorPolicy, log } = context
  const intakes = {
    intake: createIntake(redis, burst.over),
    pulls: createPullIntake(redis, burst.over),
    life: createLifeIntake(redis),
  }
  const { intake, pulls, life } = intakes
  const processes = [processTriggers(context), processLifeEvents(context), processPolicyChanges(context)]
  const host = settings.HOST ?? 'localhost'
  const server = await startServer({
    ...{ redisUrl: deps.redisUrl, webhookSecret: deps.webhookSecret, logLevel: settings.LOG_LEVEL, log },
    ...{ host, port: settings.PORT ?? 3000, burst: bursts, rest: restOf(context) },
    intake: { accept: (event) => burst.deliver(() => intake.accept(event)), acceptLife: life.accept },
    pulls: { accept: (event) => burst.deliver(() => pulls.accept(event)) },
    handOver: (queue, entry) => intakes[queue].handOver(entry),
  })
  log.info({ port: server.port, host }, 'listening')
  const schedules = startSchedules({
    ...{ book: context.schedules, gitHub: createScheduleGitHub(gitHub), jobs, now: Date.now },
    ...{ policyIssues, operatorPolicy, log },
  })
  const missed = findMissed(context, intake.accept)
  return {
    async close(graceMs) {
      await schedules[Symbol.asyncDispose]()
      await missed[Symbol.asyncDispose]()
      await server.close(graceMs)
      await Promise.all(processes.map((process) => process.close({ graceMs })))
      for (const one of Object.values(intakes)) await one[Symbol.asyncDispose]()
      await jobs[Symbol.asyncDispose]()
    },
  }
}

function restOf(context: AppContext) {
  return createRest({
    api: createAppApi(context),
    log: context.log,
    async checkReadiness() {
      const answer = await context.redis.ping().catch(() => 'nothing')
      return answer === 'PONG' ? [] : ['Redis cannot be reached']
    },
  })
}
