import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { z } from 'zod'
import type { Installation } from '../test/e2e/installation.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { interleave, type Summary, summariseNumbers } from './measure.ts'
import { type Part, startPart } from './start-part.ts'
import { startDistantInstallation } from './webhook/distant-installation.ts'
import { type Load, type LoadResult, loadResultSchema } from './webhook/load.ts'

/** Two thousand at 200/s, then five thousand as fast as they are answered, each in five turns. */
const perSecond = 200
const concurrency = 32
const paced = { count: 400, pace: { perSecond } }
const flooded = { count: 1000, pace: { concurrency } }
const rounds = 5
const issues = 100
/** How long GitHub takes over an answer; the real one is seldom faster. */
const gitHubMs = 100

export const webhookAck: Bench = {
  about: 'webhooks to the real app with real Redis, and to a bare Probot that does nothing',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const dataDir = await mkdtemp(join(tmpdir(), 'airlock-bench-'))
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    const installation = await startDistantInstallation(stack, dataDir, gitHubMs)
    const { github, app, appUrl } = installation
    const env = { APP_ID: String(github.app.id), PRIVATE_KEY: github.app.privateKey }
    const probot = stack.use(
      await startPart('webhook/bare-probot-part.ts', z.object({ url: z.string() }), {
        ...env,
        WEBHOOK_SECRET: github.app.webhookSecret,
      }),
    )
    const payloadFile = join(dataDir, 'payload.json')
    await writeFile(payloadFile, JSON.stringify(await labelPayload(installation)))
    const loadEnv = { PAYLOAD_FILE: payloadFile, SECRET: github.app.webhookSecret, ISSUES: String(issues) }
    const load = stack.use(await startPart('webhook/load-part.ts', z.object({}), { ...env, ...loadEnv }))

    const sent = { count: 0 }
    const ours = `${appUrl}/api/github/webhooks`
    const sidesFor = (plan: Pick<Load, 'count' | 'pace'>) =>
      new Map([
        ['ours', () => ask(load, { ...plan, url: ours }, sent, '202')],
        [
          'probot',
          async () => {
            // What the app has accepted it looks into meanwhile; it must not do so at Probot's expense.
            app.kill('SIGSTOP')
            try {
              return await ask(load, { ...plan, url: probot.facts.url }, { count: 0 }, '200')
            } finally {
              app.kill('SIGCONT')
            }
          },
        ],
      ])
    say('load generator, app, Probot, Redis and the stand-in for GitHub are processes of their own')
    say(`the app also works on what it accepted, with a GitHub that takes ${gitHubMs} ms to answer`)
    say('it is stopped while Probot is measured')
    const slow = await interleave(sidesFor(paced), { rounds, warmUp: 1 })
    const fast = await interleave(sidesFor(flooded), { rounds, warmUp: 1 })
    await checkDurable(installation, sent.count)
    say(`${sent.count} events were acknowledged, and as many are in Redis`)
    return figuresOf(slow, fast)
  },
}

/** As the stand-in really delivers it: by somebody who may, with the label that asks. */
async function labelPayload({ github, appUrl }: Installation): Promise<unknown> {
  github.deliverTo(undefined)
  const repository = await github.createRepository({ name: 'webhooks', files: { 'README.md': 'hello\n' } })
  github.addCollaborator(repository, 'ada', 'write')
  for (let number = 1; number <= issues; number += 1) {
    await github.openIssue(repository, { by: 'ada', title: `Task ${number}`, body: 'Please do it.\n'.repeat(20) })
  }
  const { delivery } = await github.label(repository, 1, { by: 'ada', name: 'airlock' })
  github.deliverTo(`${appUrl}/api/github/webhooks`)
  return delivery.payload
}

/** Sends one block. Throws where an answer is not the one that means taken. */
async function ask(load: Part, plan: Omit<Load, 'from'>, sent: { count: number }, taken: string): Promise<LoadResult> {
  const result = await load.ask({ ...plan, from: sent.count }, loadResultSchema)
  sent.count += plan.count
  if (result.statuses[taken] !== plan.count) throw new Error(`not all were taken: ${JSON.stringify(result.statuses)}`)
  return result
}

/** What was acknowledged has to be in the ledger, each event once. */
async function checkDurable({ redisUrl }: Installation, sent: number): Promise<void> {
  const redis = new Redis(redisUrl)
  try {
    const kept = new Set<string>()
    const keys = redis.scanStream({ match: 'airlock:ledger:intake:entry:*', count: 1000 })
    for await (const found of keys) for (const key of z.array(z.string()).parse(found)) kept.add(key)
    if (kept.size !== sent) throw new Error(`${sent} events were acknowledged, ${kept.size} are in Redis`)
  } finally {
    redis.disconnect()
  }
}

type Results = ReadonlyMap<string, readonly LoadResult[]>

function figuresOf(slow: Results, fast: Results): Figure[] {
  const latency = (results: Results, side: string) =>
    summariseNumbers((results.get(side) ?? []).flatMap(({ latencies }) => latencies))
  const rate = (side: string) =>
    summariseNumbers((fast.get(side) ?? []).map(({ latencies, elapsedMs }) => latencies.length / (elapsedMs / 1000)))
  const figure = (what: string, unit: Figure['unit'], of: (side: string) => Summary, aim: Figure['aim']): Figure => ({
    ...{ what, unit, ours: of('ours'), other: { name: 'Probot', summary: of('probot') }, aim },
  })
  return [
    figure(`delivery to acknowledgement at ${perSecond}/s`, 'ms', (side) => latency(slow, side), {
      ...{ of: 'p99', is: 'at most', bound: 250 },
    }),
    figure(`highest rate, ${concurrency} at a time`, '/s', rate, { of: 'ratio', is: 'at least', bound: 0.7 }),
    figure('  delivery to acknowledgement meanwhile', 'ms', (side) => latency(fast, side), null),
  ]
}
