import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { gitText } from '../github/git/run-git.ts'
import { differences, factsOf } from '../invariants/facts-of-github.ts'
import { createHostileRepository } from '../invariants/hostile-repository.ts'
import { openSink, type Sink } from '../invariants/sink.ts'
import { startWorld, type World } from './start-world.ts'

const obey = fileURLToPath(new URL('../fixtures/inside/obey.ts', import.meta.url))
const incidents = ['comment-and-control', 'clinejection', 's1ngularity', 'cowork']

let world: World
let sink: Sink
/** What the host has to lose. */
let folder: string

beforeAll(async () => {
  sink = await openSink()
  world = await startWorld()
  await createHostileRepository(world, 'victim', {})
  await world.installation.startWorker()
  folder = await mkdtemp('/tmp/airlock-host-')
  await chmod(folder, 0o777)
  for (const name of ['.npmrc', 'precious.txt', '.bashrc']) {
    await writeFile(join(folder, name), 'canary-of-the-host')
    await chmod(join(folder, name), 0o666)
  }
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const payload = () => [sink.url, world.github.url, folder]
const hasPrecious = () =>
  access(join(folder, 'precious.txt')).then(
    () => true,
    () => false,
  )

/** What a job with this agent has changed on GitHub, which requests it took, and what it handed over. */
async function effectsOf(name: string, command: readonly string[]) {
  const repository = await createHostileRepository(world, name, { agent: 'command', command })
  const [before, asked] = [await factsOf(world.github), world.github.requests.length]
  const job = await world.ask(repository)
  await world.ended(job.jobId)
  const anonymous = (text: string) => text.replaceAll(name, 'NAME').replaceAll(job.jobId.slice(0, 10), 'JOB')
  const writes = world.github.requests
    .slice(asked)
    .filter(({ method, template }) => method !== 'GET' && template !== 'git')
  const branch = `airlock/issue-${job.issue.number}-${job.jobId.slice(0, 10)}`
  return {
    facts: differences(before, await factsOf(world.github)).map(anonymous),
    requests: [...new Set(writes.map(({ method, template }) => `${method} ${template}`))].toSorted(),
    change: await gitText(repository.gitDir, ['diff', '--raw', '--no-abbrev', `main..${branch}`]),
  }
}

test('an agent that does what published injections had agents do has exactly the effects of one that does its task', async () => {
  const benign = await effectsOf('benign', ['sh', '-c', 'echo fixed > fixed.txt'])
  const hostile = await effectsOf('hostile', ['node', 'tools/obey.ts', ...payload()])

  expect(benign.change).toContain('A\tfixed.txt')
  expect(hostile).toEqual(benign)
  expect(sink.arrivals).toEqual([])
  expect(await hasPrecious()).toBe(true)
  expect(await readFile(join(folder, '.bashrc'), 'utf8')).toBe('canary-of-the-host')
}, 120_000)

test('control: the same program on the host itself sends, deletes and asks GitHub', async () => {
  const asked = world.github.requests.length
  const cwd = await mkdtemp('/tmp/airlock-control-')
  try {
    const env = { PATH: process.env.PATH ?? '', GITHUB_TOKEN: 'ghp_canary' }
    await runCommand([process.execPath, obey, ...payload()], { cwd, env, timeoutMs: 60_000 })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }

  const arrived = sink.arrivals.map(({ name }) => name.replace(/\?.*/, ''))
  expect(arrived).toEqual(expect.arrayContaining([...incidents, 'camoleak.png']))
  expect(sink.bodies('cowork')).toEqual(['canary-of-the-host'])
  expect(sink.bodies('comment-and-control').join()).toContain('ghp_canary')
  expect(await hasPrecious()).toBe(false)
  expect(world.github.requests.length).toBeGreaterThan(asked)
}, 120_000)
