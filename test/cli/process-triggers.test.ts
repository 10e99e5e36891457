import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { burstBytes, createBurstWatch } from '../../app/intake/create-burst-watch.ts'
import { jobIdFor } from '../../app/triggers/freeze-request.ts'
import { parseTriggerEvent } from '../../app/webhooks/parse-trigger-event.ts'
import { parseSettings } from '../../cli/settings/parse-settings.ts'
import { createAppContext } from '../../cli/wiring/app/app-context.ts'
import { processTriggers } from '../../cli/wiring/app/process-triggers.ts'
import type { WrittenEvent } from '../../worker/contract/index.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { eventually } from '../queue/eventually.ts'
import { handOutReversed } from '../queue/hand-out-reversed.ts'
import { startRedis, type TestRedis } from '../queue/start-redis.ts'

const log = pino({ level: 'silent' })

let github: GitHubStandIn
let redis: TestRedis
beforeEach(async () => {
  github = await createGitHubStandIn({ openapi: true })
  redis = await startRedis()
})
afterEach(async () => {
  expect(github.unexpected).toEqual([])
  expect(github.failures).toEqual([])
  expect(github.tokens.live()).toEqual([])
  await redis[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
})

/** The app's own queue of what people wrote, as it is wired. */
function startTriggers() {
  const { id: appId, privateKey, webhookSecret } = github.app
  const settings = parseSettings({ GHE_HOST: new URL(github.url).host, GHE_PROTOCOL: 'http' }, [])
  const { redis: connection, server } = redis
  const deps = { settings, appId, privateKey, webhookSecret, redis: connection, redisUrl: server.url, log }
  const context = createAppContext(deps, createBurstWatch(new SharedArrayBuffer(burstBytes)))
  const running = processTriggers(context)
  return {
    async [Symbol.asyncDispose]() {
      await running.close({ graceMs: 5000 })
      await context.jobs[Symbol.asyncDispose]()
    },
  }
}

it('answers what is written on one issue in its order, where the queue hands out the last words first', async () => {
  const repository = await github.createRepository({ name: 'library', files: { 'README.md': 'x' } })
  github.addCollaborator(repository, 'ada', 'write')
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'One', body: 'x' })
  const other = await github.openIssue(repository, { by: 'ada', title: 'Other', body: 'x' })
  const say = async (number: number, body: string): Promise<WrittenEvent> => {
    const { delivery } = await github.comment(repository, number, { by: 'ada', body })
    const { event, payload, guid } = delivery
    const parsed = parseTriggerEvent({ event, payload, deliveryId: guid, receivedAt: new Date().toISOString() })
    if (parsed.kind !== 'event') throw new Error('the comment is no event')
    return parsed.event
  }
  const events: WrittenEvent[] = [await say(other.issue.number, '/airlock status')]
  for (let nth = 0; nth < 7; nth += 1) events.push(await say(issue.number, '/airlock status'))
  await handOutReversed(redis.redis, events)

  await using _triggers = startTriggers()
  const answers = () => repository.comments.flatMap(({ body }) => /airlock:job=([0-9a-f]+)/.exec(body)?.[1] ?? [])
  await eventually(() => expect(answers()).toHaveLength(events.length))

  const [elsewhere, ...expected] = events.map(({ eventKey }) => jobIdFor(eventKey))
  expect(answers().filter((id) => id !== elsewhere)).toEqual(expected)
})
