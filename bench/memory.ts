import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation } from '../test/e2e/installation.ts'
import type { LoggedProcess } from '../test/e2e/process-log.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { askForJob, createBenchRepository } from './job/ask-for-job.ts'
import { summariseNumbers } from './measure.ts'

/** Enough that every path was compiled and every cache is as full as it gets. */
const warmUpJobs = 50
/** As many as a worker takes by default. */
const atOnce = 2
const settleMs = 3000

export const memory: Bench = {
  about: 'resident memory of app and worker: idle, after 50 jobs and after all of them',
  async run({ say, jobs }) {
    await using stack = new AsyncDisposableStack()
    const dataDir = await mkdtemp(join(tmpdir(), 'airlock-bench-'))
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    const installation = stack.use(await startInstallation({ dataDir }))
    const worker = await installation.startWorker()
    const repository = await createBenchRepository(installation, 'memory')
    const processes = new Map([
      ['app', installation.app],
      ['worker', worker],
    ])
    const look = async () =>
      new Map(await Promise.all([...processes].map(async ([name, one]) => [name, await resident(one)] as const)))
    const run = async (count: number) => {
      let left = count
      const lane = async () => {
        while (left-- > 0) await askForJob(installation, [worker], repository)
      }
      await Promise.all(Array.from({ length: atOnce }, lane))
      await new Promise((resolve) => setTimeout(resolve, settleMs))
    }

    const idle = await look()
    await run(warmUpJobs)
    const warm = await look()
    say(`${warmUpJobs} of ${jobs} jobs`)
    await run(jobs - warmUpJobs)
    const end = await look()
    say(`${jobs} jobs, all with a pull request`)
    return [...processes.keys()].flatMap((name) =>
      figuresOf(name, jobs, idle.get(name) ?? 0, warm.get(name) ?? 0, end.get(name) ?? 0),
    )
  },
}

function figuresOf(name: string, jobs: number, idle: number, warm: number, end: number): Figure[] {
  const one = (value: number) => summariseNumbers([value])
  return [
    { what: `${name}, idle`, unit: 'MiB', ours: one(idle), other: null, aim: null },
    {
      ...{ what: `${name}, after ${jobs} jobs`, unit: 'MiB', ours: one(end) },
      other: { name: `after ${warmUpJobs}`, summary: one(warm) },
      aim: { of: 'ratio', is: 'at most', bound: 1.25 },
    },
  ]
}

/** MiB, as the kernel counts them. */
async function resident({ pid }: LoggedProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024
}
