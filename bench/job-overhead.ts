import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Installation, startInstallation } from '../test/e2e/installation.ts'
import { mintToken } from '../test/github/clients.ts'
import type { Repository } from '../test/github/state/entities.ts'
import { stepNames } from '../worker/contract/index.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { askForJob, createBenchRepository } from './job/ask-for-job.ts'
import { createLocalJobs } from './job/local-job.ts'
import { runScript } from './job/run-script.ts'
import { interleave, type Sample, summarise } from './measure.ts'

const rounds = 9
const warmUp = 2
/** An installation may ask 5,000 times an hour: a hundred jobs of it. */
const mostRequests = 50

/** Three ways to the same branch: a job on a repository that nothing is known of, one more on it, and the script. */
interface Jobs {
  first(): Promise<Sample>
  warm(): Promise<Sample>
  script(): Promise<Sample>
}

export const jobOverhead: Bench = {
  about: 'a job whose agent does next to nothing, and a script of git clone, bwrap, commit and git push',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    // Short, because the path of a unix socket ends at 107 bytes; the users of sandboxes may pass through.
    const root = await mkdtemp('/tmp/airlock-bench-')
    stack.defer(() => rm(root, { recursive: true, force: true }))
    await chmod(root, 0o711)
    const [installed, local] = [join(root, 'installed'), join(root, 'local')]
    for (const folder of [installed, local]) await mkdir(folder)
    const installation = stack.use(await startInstallation({ dataDir: installed }))
    const original = await createBenchRepository(installation, 'original')
    say('100 files; setup is `true`, so that a warm job has a mirror and a sealed snapshot; the script has neither')
    say(`${rounds} rounds, each on a new repository, after ${warmUp} that do not count`)
    return [
      ...(await measure('label to pull request', await createInstalledJobs(installation))),
      ...(await measure('airlock run', await createLocalJobs(local, original.gitDir))),
    ]
  },
}

async function createInstalledJobs(installation: Installation): Promise<Jobs> {
  const { github } = installation
  const workers = [await installation.startWorker()]
  let count = 0
  let current: Repository
  const fresh = async () => {
    count += 1
    current = await createBenchRepository(installation, `project-${count}`)
    return current
  }
  current = await fresh()
  return {
    first: async () => askForJob(installation, workers, await fresh()),
    warm: () => askForJob(installation, workers, current),
    async script() {
      const { token } = await mintToken(github, { permissions: { contents: 'write' } })
      const url = new URL(`${github.url}/${current.owner.login}/${current.name}.git`)
      Object.assign(url, { username: 'x-access-token', password: token })
      return runScript(url.href, `script-${randomBytes(6).toString('hex')}`)
    },
  }
}

async function measure(what: string, jobs: Jobs): Promise<Figure[]> {
  // The order within a round is given: `first` makes the repository.
  const round = async () => ({ first: await jobs.first(), script: await jobs.script(), warm: await jobs.warm() })
  const samples = (await interleave(new Map([['round', round]]), { rounds, warmUp })).get('round') ?? []
  const other = {
    name: 'script',
    summary: summarise(
      samples.map(({ script }) => script),
      'total',
    ),
  }
  const total = (name: string, of: readonly Sample[], aim: Figure['aim']): Figure => ({
    ...{ what: `${what}, ${name}`, unit: 'ms', ours: summarise(of, 'total'), other, aim },
  })
  const [first, warm] = [samples.map((sample) => sample.first), samples.map((sample) => sample.warm)]
  return [
    ...[total('first time', first, null), ...partsOf(first), ...answersOf(first)],
    ...[total('warm', warm, { of: 'ratio', is: 'at most', bound: 2 }), ...partsOf(warm), ...answersOf(warm)],
  ]
}

/** What GitHub sees of it. By `airlock run` it sees nothing. */
function answersOf(samples: readonly Sample[]): Figure[] {
  if (!samples.some((sample) => 'requests' in sample)) return []
  const figure = (what: string, unit: Figure['unit'], metric: string, aim: Figure['aim']): Figure => ({
    ...{ what: `  ${what}`, unit, ours: summarise(samples, metric), other: null, aim },
  })
  return [
    figure('label to the first reaction', 'ms', 'reaction', null),
    figure('label to the status comment', 'ms', 'comment', null),
    figure('requests to the API', 'requests', 'requests', { of: 'median', is: 'at most', bound: mostRequests }),
  ]
}

/** Where the time goes, by the worker's own clock. */
function partsOf(samples: readonly Sample[]): Figure[] {
  const names = new Map<string, string>(stepNames.map((step) => [step, step]))
  names.set('report', 'report, after that').set('around', 'webhook, intake and queue')
  return [...names]
    .filter(([part]) => samples.some((sample) => part in sample))
    .map(([part, name]) => ({
      ...{ what: `  ${name}`, unit: 'ms', ours: summarise(samples, part), other: null, aim: null },
    }))
}
