import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import { startWorld, type World } from './start-world.ts'

/** npm runs this at setup: whoever changes it decides what setup leaves, with the same lockfile and manifest. */
const builds = (word: string) =>
  `require('fs').mkdirSync('node_modules', { recursive: true }); require('fs').writeFileSync('node_modules/made.txt', '${word}\\n')\n`
const manifest = { name: 'victim', version: '1.0.0', scripts: { postinstall: 'node build.js' } }
const lock = { name: 'victim', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': manifest } }
/** Tells what it starts from, and leaves what the next one would start from if it could. */
const agent = 'cat node_modules/made.txt > seen.txt; echo from the agent > node_modules/made.txt'
const files = {
  'package.json': JSON.stringify(manifest),
  'package-lock.json': JSON.stringify(lock),
  'build.js': builds('good'),
  '.gitignore': 'node_modules/\n',
  '.github/airlock.yml': `agent: command\ncommand: [sh, -c, ${JSON.stringify(agent)}]\nimage: host\n`,
}

let world: World
beforeAll(async () => {
  world = await startWorld({ AIRLOCK_ENGINES: 'process' })
  await world.installation.startWorker()
})
afterAll(() => world[Symbol.asyncDispose]())

it('a pull request, a fork and an agent never change what a later job starts from', async () => {
  const repository = await world.github.createRepository({ name: 'victim', files })
  world.github.addCollaborator(repository, 'ada', 'write')
  await world.github.commit(repository, {
    branch: 'trap',
    message: 'Trap',
    files: { 'build.js': builds('from a branch') },
  })
  const title = 'Trap'
  const pull = await world.github.openPullRequest(repository, { by: 'ada', title, head: 'trap', base: 'main' })
  const fork = await world.github.createRepository({
    ...{ name: 'victim', owner: 'mallory', ownerType: 'User', forkOf: repository, installed: false },
  })
  await world.github.commit(fork, { branch: 'evil', message: 'Evil', files: { 'build.js': builds('from a fork') } })
  const head = 'mallory:evil'
  const foreign = await world.github.openPullRequest(repository, { by: 'mallory', title, head, base: 'main' })

  // The control: what the branch and the fork build is there, for their own jobs.
  expect(await jobOn(repository, pull.issue.number)).toEqual({ snapshot: 'miss', seen: 'from a branch' })
  expect(await jobOn(repository, foreign.issue.number)).toEqual({ snapshot: 'miss', seen: 'from a fork' })
  expect(await stored()).toEqual([])

  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'See', body: 'See.' })
  expect(await jobOn(repository, issue.number)).toEqual({ snapshot: 'miss', seen: 'good' })
  const made = await stored()
  expect(made).toHaveLength(1)
  // What the agent before left in its own folder is gone with it, and what the branch builds stays with its own jobs.
  expect(await jobOn(repository, issue.number)).toEqual({ snapshot: 'hit', seen: 'good' })
  expect(await jobOn(repository, pull.issue.number)).toEqual({ snapshot: 'miss', seen: 'from a branch' })
  expect(await jobOn(repository, foreign.issue.number)).toEqual({ snapshot: 'miss', seen: 'from a fork' })
  expect(await jobOn(repository, issue.number)).toEqual({ snapshot: 'hit', seen: 'good' })
  expect(await stored()).toEqual(made)
})

/** Runs one job by a command, and tells from its record and its branch what it started from. */
async function jobOn(repository: Repository, number: number) {
  // The pull request of the job before is still open.
  const body = '/airlock anyway tell what you see'
  const { delivery } = await world.github.comment(repository, number, { by: 'ada', body })
  const { jobId, kind, with: reason } = await world.handled(delivery)
  expect({ kind, reason }).toMatchObject({ kind: 'enqueued' })
  await world.ended(jobId)
  const record = await readFile(join(world.dataDir, 'audit', `${jobId}-1.jsonl`), 'utf8')
  const named = `refs/heads/airlock/*-${jobId.slice(0, 10)}`
  const ours = await gitText(repository.gitDir, ['for-each-ref', '--format=%(refname)', named])
  return {
    snapshot: /"snapshot":"(?<state>hit|miss)"/.exec(record)?.groups?.state,
    seen: (await gitText(repository.gitDir, ['show', `${ours}:seen.txt`])).trim(),
  }
}

/** Every snapshot of the installation's, with when the kernel last saw it change. */
async function stored(): Promise<string[]> {
  const dir = join(world.dataDir, 'snapshots')
  const names = (await readdir(dir)).filter((name) => !name.startsWith('.'))
  return Promise.all(
    names.map(async (name) => {
      const { ino, ctimeMs } = await stat(join(dir, name, 'workspace', 'node_modules', 'made.txt'))
      return `${name} ${ino} ${ctimeMs}`
    }),
  )
}
