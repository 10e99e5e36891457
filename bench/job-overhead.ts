import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation } from '../test/e2e/installation.ts'
import { stepNames } from '../worker/contract/index.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { askForJob, createBenchRepository } from './job/ask-for-job.ts'
import { runScript } from './job/run-script.ts'
import { interleave, type Sample, summarise } from './measure.ts'

const rounds = 9
const warmUp = 2
const script = 'clone, bwrap, push'

export const jobOverhead: Bench = {
  about: 'a job whose agent does next to nothing, from the label to the pull request, and a script of git and bwrap',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const dataDir = await mkdtemp(join(tmpdir(), 'airlock-bench-'))
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    const installation = stack.use(await startInstallation({ dataDir }))
    const workers = [await installation.startWorker()]
    const known = await createBenchRepository(installation, 'known')
    let count = 0
    say('100 files; setup is `true`, so that a warm job has a mirror and a sealed snapshot; the script has neither')

    const samples = await interleave(
      new Map([
        ['warm', () => askForJob(installation, workers, known)],
        ['script', () => runScript(installation, known, ++count)],
        [
          'first',
          async () => askForJob(installation, workers, await createBenchRepository(installation, `new-${++count}`)),
        ],
      ]),
      { rounds, warmUp },
    )
    const side = (name: string) => samples.get(name) ?? []
    return [
      compare('warm job, label to pull request', side('warm'), side('script'), 2),
      ...stepsOf('warm', side('warm')),
      compare('first job of a repository', side('first'), side('script'), null),
      ...stepsOf('first', side('first')),
    ]
  },
}

function compare(what: string, ours: readonly Sample[], other: readonly Sample[], bound: number | null): Figure {
  return {
    ...{ what, unit: 'ms', ours: summarise(ours, 'total') },
    other: { name: script, summary: summarise(other, 'total') },
    aim: bound === null ? null : { of: 'ratio', is: 'at most', bound },
  }
}

/** Where the time goes, by the worker's own clock. */
function stepsOf(which: string, samples: readonly Sample[]): Figure[] {
  const measured = stepNames.filter((step) => samples.some((sample) => sample[step] !== undefined))
  return measured.map((step) => ({
    ...{ what: `  ${which}: ${step}`, unit: 'ms', ours: summarise(samples, step), other: null, aim: null },
  }))
}
