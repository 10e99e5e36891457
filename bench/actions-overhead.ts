import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startInstallation } from '../test/e2e/installation.ts'
import { expectGood, labelled } from '../test/workflows/asked.ts'
import { type Runner, startRunner } from '../test/workflows/runner.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { askForJob, createBenchRepository } from './job/ask-for-job.ts'
import { interleave, type Sample, summarise } from './measure.ts'

const rounds = 5
const warmUp = 1

export const actionsOverhead: Bench = {
  about: "the two jobs on a runner whose agent does next to nothing, and a worker's job",
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const root = await mkdtemp('/tmp/airlock-bench-')
    stack.defer(() => rm(root, { recursive: true, force: true }))
    await chmod(root, 0o711)
    const [installed, kept] = [join(root, 'installed'), join(root, 'kept')]
    for (const folder of [installed, kept]) await mkdir(folder)
    const installation = stack.use(await startInstallation({ dataDir: installed }))
    const workers = [await installation.startWorker()]
    const runner = stack.use(await startRunner({ openapi: false }))
    say(
      'both jobs by their own processes, one after the other; what GitHub adds (machines, checkout, artifacts) is not in it',
    )
    let count = 0
    const round = async () => {
      count += 1
      const own = await createBenchRepository(installation, `project-${count}`)
      const other = await createBenchRepository(runner, `project-${count}`)
      return {
        worker: await askForJob(installation, workers, own),
        'warm worker': await askForJob(installation, workers, own),
        cold: await runBoth(runner, other, join(root, `cold-${count}`)),
        'with what was kept': await runBoth(runner, other, join(root, `cold-${count}`)),
      }
    }
    const samples = (await interleave(new Map([['round', round]]), { rounds, warmUp })).get('round') ?? []
    const of = (name: keyof (typeof samples)[number]) =>
      summarise(
        samples.map((sample) => sample[name]),
        'total',
      )
    const figure = (what: 'cold' | 'with what was kept', beside: 'worker' | 'warm worker'): Figure => ({
      ...{ what: `two jobs on a runner, ${what}`, unit: 'ms', ours: of(what), aim: null },
      other: { name: beside, summary: of(beside) },
    })
    return [figure('cold', 'worker'), figure('with what was kept', 'warm worker')]
  },
}

type BenchRepository = Awaited<ReturnType<typeof createBenchRepository>>

/** From the start of the first job to the end of the second. Throws where they publish nothing. */
async function runBoth(runner: Runner, repository: BenchRepository, data_dir: string): Promise<Sample> {
  const { delivery } = await labelled(runner, repository)
  const startedAt = performance.now()
  const worked = await runner.run('work', { repository, delivery, inputs: { data_dir } })
  expectGood(worked)
  const working = performance.now() - startedAt
  const inputs = { data_dir: `${data_dir}-publish-${working}`, handover_digest: worked.outputs.handover ?? '' }
  const published = await runner.run('publish', { repository, delivery, inputs })
  if (published.outputs.outcome !== 'published') throw new Error(published.log)
  return { total: performance.now() - startedAt, work: working }
}
