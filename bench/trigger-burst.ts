import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Installation } from '../test/e2e/installation.ts'
import type { Repository } from '../test/github/state/entities.ts'
import type { JobRequest } from '../worker/contract/index.ts'
import { connectRedis } from '../worker/queue/connect-redis.ts'
import { processJobs } from '../worker/queue/process-jobs.ts'
import type { Bench } from './bench.ts'
import { summariseNumbers } from './measure.ts'
import { startPart } from './start-part.ts'
import { startDistantInstallation } from './webhook/distant-installation.ts'

/** One repository asks for half of all. */
const small = { repositories: 49, triggers: 10 }
const big = { triggers: 510 }
const total = small.repositories * small.triggers + big.triggers
const perThread = 5
const concurrency = 32
const patienceMs = 15 * 60_000
/** How long GitHub takes over an answer. */
const gitHubMs = 20

const resultSchema = z.object({ latencies: z.array(z.number()), accepted: z.int() })

export const triggerBurst: Bench = {
  about: `${total} commands at once in ${small.repositories + 1} repositories, one of which asks for half of them`,
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const dataDir = await mkdtemp(join(tmpdir(), 'airlock-bench-'))
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    const installation = await startDistantInstallation(stack, dataDir, gitHubMs)
    const { github, appUrl, redisUrl } = installation
    const threadsFile = join(dataDir, 'threads.json')
    await writeFile(threadsFile, JSON.stringify(await writeThreads(installation)))
    const env = { APP_ID: String(github.app.id), SECRET: github.app.webhookSecret }
    const sides = { THREADS_FILE: threadsFile, CONCURRENCY: String(concurrency) }
    const burst = stack.use(await startPart('webhook/burst-part.ts', z.object({}), { ...env, ...sides }))
    const redis = await connectRedis({ url: redisUrl, log: { warn: () => undefined } })
    stack.defer(() => redis.disconnect())

    const { latencies, accepted } = await burst.ask({ url: `${appUrl}/api/github/webhooks` }, resultSchema)
    if (accepted !== total) throw new Error(`${accepted} of ${total} were acknowledged`)
    await until(async () => (await redis.zcard('airlock:jobs:prioritized')) === total)
    say(`${total} were acknowledged, and each is one job that waits`)

    const began = await workOff(redis, say)
    checkOrder(began)
    say('in each thread they begin in the order in which they were written')
    const [bigId] = mostOf(began)
    const last = began.findLastIndex(({ repository }) => repository.id !== bigId) + 1
    return [
      {
        ...{ what: 'delivery to acknowledgement', unit: 'ms', ours: summariseNumbers(latencies), other: null },
        aim: { of: 'p99', is: 'at most', bound: 250 },
      },
      {
        what: 'jobs begun when the other repositories are done',
        ...{ unit: '%', ours: summariseNumbers([(100 * last) / total]), other: null },
        // In turns: as many of the one as each of the others had, and one more that had begun.
        aim: { of: 'median', is: 'at most', bound: (100 * ((small.repositories + 1) * small.triggers + 1)) / total },
      },
    ]
  },
}

/** The payloads of all comments, thread by thread, as the stand-in delivers them; those of the big one come first. */
async function writeThreads({ github, appUrl }: Installation): Promise<unknown[][]> {
  github.deliverTo(undefined)
  const threads: unknown[][] = []
  const sizes = [big.triggers, ...Array.from({ length: small.repositories }, () => small.triggers)]
  for (const [index, triggers] of sizes.entries()) {
    const repository = await github.createRepository({ name: `burst-${index}`, files: { 'README.md': 'hello\n' } })
    github.addCollaborator(repository, 'ada', 'write')
    for (let asked = 0; asked < triggers; asked += perThread) threads.push(await writeThread({ github }, repository))
  }
  github.deliverTo(`${appUrl}/api/github/webhooks`)
  return threads
}

async function writeThread({ github }: Pick<Installation, 'github'>, repository: Repository): Promise<unknown[]> {
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  const payloads: unknown[] = []
  for (let index = 1; index <= perThread; index += 1) {
    const comment = { by: 'ada', body: `/airlock mend part ${index}` }
    payloads.push((await github.comment(repository, issue.number, comment)).delivery.payload)
  }
  return payloads
}

/** A worker that does nothing, until every job has begun. Returns them in that order. */
async function workOff(
  redis: Awaited<ReturnType<typeof connectRedis>>,
  say: (text: string) => void,
): Promise<readonly JobRequest[]> {
  const began: JobRequest[] = []
  const nothing = async () => undefined
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const handle = async (request: JobRequest) => void began.push(request)
  const startedAt = performance.now()
  const worker = processJobs({ redis, log, concurrency: 1, handle, onDeadLetter: nothing, onWait: nothing })
  try {
    await until(async () => began.length >= total)
  } finally {
    await worker.close({ graceMs: 1000 })
  }
  say(`a worker that does nothing takes ${Math.round(performance.now() - startedAt)} ms for them`)
  if (new Set(began.map(({ id }) => id)).size !== total) throw new Error('a job began twice')
  return began
}

function checkOrder(began: readonly JobRequest[]): void {
  const last = new Map<string, number>()
  for (const { repository, subject, trigger } of began) {
    const thread = `${repository.id}:${subject?.number}`
    const comment = trigger.commentId ?? 0
    if (comment < (last.get(thread) ?? 0)) throw new Error(`in ${repository.name} one overtook another`)
    last.set(thread, comment)
  }
}

/** The repository with the most jobs. */
function mostOf(began: readonly JobRequest[]): readonly number[] {
  const counts = new Map<number, number>()
  for (const { repository } of began) counts.set(repository.id, (counts.get(repository.id) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([id]) => id)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it took too long')
    await sleep(200)
  }
}
