import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../worker/process/run-command.ts'
import { startSearch } from '../worker/seal/start-search.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { interleave, summariseNumbers, timed } from './measure.ts'
import { expecting, hitsOf } from './setup/hits.ts'
import { createSetupJobs } from './setup/local-setup.ts'
import { commitFolder } from './setup/plain-git.ts'

const rounds = 3
const project = fileURLToPath(new URL('..', import.meta.url))
const limits = { bytes: 1e12, entries: 1e7, unfoldedBytes: 1e12 }

export const setupCache: Bench = {
  about: 'a job with this project’s own dependencies until its agent starts, and a plain `npm ci`',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const root = await mkdtemp('/tmp/airlock-bench-')
    stack.defer(() => rm(root, { recursive: true, force: true }))
    await runCommand(['chmod', '0711', root], { env: { PATH: '/usr/bin:/bin' } })
    const repository = join(root, 'repository')
    await makeRepository(repository)
    const jobs = await createSetupJobs(join(root, 'data'), repository)
    const plain = join(root, 'plain')
    const npmCi = () => installPlainly(repository, plain)
    say('filling the npm cache of the plain side; ours downloads in every miss, through its broker')
    await npmCi()
    say(`${rounds} rounds; a miss begins without snapshots, a hit with one and on a commit of its own`)
    const hits = hitsOf(jobs, repository)
    const sides = new Map<string, () => Promise<number>>([
      ['npm ci', () => timed(npmCi)],
      [
        'miss',
        async () => {
          await rm(jobs.folders.snapshots, { recursive: true, force: true })
          await mkdir(jobs.folders.snapshots, { mode: 0o700 })
          return expecting(await jobs.run(), 'miss')
        },
      ],
      ['hit', hits.shown],
      ['hit, told to copy', hits.copied],
    ])
    const samples = await interleave(sides, { rounds, warmUp: 0 })
    const other = { name: 'npm ci', summary: summariseNumbers(samples.get('npm ci') ?? []) }
    const figure = (name: string, aim: Figure['aim'], way = ''): Figure => ({
      ...{ what: `until the agent starts, ${name}${way}`, unit: 'ms', other, aim },
      ours: summariseNumbers(samples.get(name) ?? []),
    })
    return [
      figure('miss', null),
      figure('hit', { of: 'median', is: 'at most', bound: 1000 }, `, ${hits.way()}`),
      figure('hit, told to copy', null),
      await searchSpeed(plain, join(root, 'empty')),
    ]
  },
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder)
  for (const name of ['package.json', 'package-lock.json']) await cp(join(project, name), join(folder, name))
  await writeFile(join(folder, '.gitignore'), 'node_modules/\n')
  await commitFolder(folder)
}

async function installPlainly(repository: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const name of ['package.json', 'package-lock.json']) await cp(join(repository, name), join(folder, name))
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  await runCommand(['npm', 'ci', '--no-audit', '--no-fund'], { cwd: folder, env, timeoutMs: 300_000 })
}

/** What is searched for is not in there: every byte is read. */
async function searchSpeed(workspace: string, home: string): Promise<Figure> {
  await mkdir(home)
  const secrets = new Map([['TOKEN', 'a-value-that-no-package-has']])
  const speeds: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now()
    const result = await startSearch({ workspace, home, secrets, limits }, AbortSignal.timeout(600_000))
    if (result.kind !== 'clean') throw new Error(JSON.stringify(result))
    speeds.push(result.bytes / 1024 ** 2 / ((performance.now() - startedAt) / 1000))
  }
  const ours = summariseNumbers(speeds)
  return { what: 'search of what setup left', unit: 'MiB/s', ours, other: null, aim: null }
}
