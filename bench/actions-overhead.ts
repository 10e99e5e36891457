import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { startInstallation } from '../test/e2e/installation.ts'
import { builtImage, imagesDir } from '../test/sandbox/images/built-image.ts'
import { startRunner } from '../test/workflows/runner.ts'
import { createRuns, image } from './actions/run-both-jobs.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { askForJob, createBenchRepository } from './job/ask-for-job.ts'
import { interleave, type Sample, summarise } from './measure.ts'

/** Each builds the image once. */
const rounds = 3
const warmUp = 1

export const actionsOverhead: Bench = {
  about: 'both jobs on a runner, without the agent’s own time, and the same job on a worker',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    // Short, because the path of a unix socket ends at 107 bytes; the users of sandboxes may pass through.
    const dataDir = await mkdtemp('/tmp/airlock-bench-')
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    await chmod(dataDir, 0o711)
    say(`image ${image} for the worker, built before it starts, as its operator does; each runner builds its own`)
    await builtImage(image)
    await symlink(imagesDir, join(dataDir, 'images'))
    const installation = stack.use(await startInstallation({ dataDir, openapi: true }))
    const workers = [await installation.startWorker()]
    const runner = stack.use(await startRunner())
    say('100 files; setup is `true`. What GitHub takes to find a runner, to check out Airlock, to install its packages')
    say('and to carry artifacts and caches is not in it. A runner probes its sandbox each time, a worker once a day')
    say(`${rounds} rounds, each on a new repository on either side, after ${warmUp} that does not count`)
    let count = 0
    const round = async () => {
      count += 1
      const runs = await createRuns(runner, `runs-${count}`)
      const repository = await createBenchRepository(installation, `jobs-${count}`, image)
      const job = async () => withoutAgent(await askForJob(installation, workers, repository))
      return { first: await job(), cold: await runs.cold(), warm: await job(), restored: await runs.restored() }
    }
    const samples = (await interleave(new Map([['round', round]]), { rounds, warmUp })).get('round') ?? []
    const of = (side: keyof (typeof samples)[number]) => samples.map((sample) => sample[side])
    return [
      ...figuresOf('cold', of('cold'), { name: "a worker's first", samples: of('first') }),
      ...figuresOf('image and setup restored', of('restored'), { name: "a worker's next", samples: of('warm') }),
    ]
  },
}

function withoutAgent({ total = 0, agent = 0 }: Sample): Sample {
  return { total: total - agent }
}

function figuresOf(
  name: string,
  runs: readonly Sample[],
  worker: { readonly name: string; readonly samples: readonly Sample[] },
): Figure[] {
  const other = { name: worker.name, summary: summarise(worker.samples, 'total') }
  const whole: Figure = { what: `both jobs, ${name}`, unit: 'ms', ours: summarise(runs, 'total'), other, aim: null }
  const part = (what: 'image' | 'work' | 'publish'): Figure => ({
    ...{ what: `  ${what}`, unit: 'ms', ours: summarise(runs, what), other: null, aim: null },
  })
  return [whole, part('image'), part('work'), part('publish')]
}
