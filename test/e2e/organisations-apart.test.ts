import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRecord } from '../../worker/audit/read-record.ts'
import { gitText } from '../github/git/run-git.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import { type Asked, startWorld, type World, writesOneFile } from './start-world.ts'

/** Two organisations with the very same repository: name, files and policy. */
const owners = ['red', 'blue'] as const
const onHost = 'image: host\n'
const setsUp = `${writesOneFile}${onHost}setup: { run: ["mkdir -p deps && echo made > deps/a.txt"] }\n`
const needsSecret = `${writesOneFile}${onHost}setup: { run: ["true"], secrets: [TOKEN] }\n`
const isHeld =
  'agent: command\ncommand: [sh, -c, "mkdir -p guarded; echo fixed > guarded/a.txt"]\nimage: host\ngates: { protected: ["guarded/**"] }\n'

let world: World
beforeAll(async () => {
  world = await startWorld({ AIRLOCK_ENGINES: 'process' })
  const secrets = join(world.temporary, 'secrets')
  await mkdir(join(secrets, 'red'), { recursive: true })
  await writeFile(join(secrets, 'red', 'TOKEN'), 'a secret of the red organisation')
  await world.installation.startWorker({ AIRLOCK_SECRETS_DIR: secrets })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

async function inBoth(name: string, policy: string): Promise<Record<(typeof owners)[number], Asked>> {
  const asked: Asked[] = []
  for (const owner of owners) {
    const one = await world.ask(await world.createRepository({ name, owner, policy }))
    await world.ended(one.jobId)
    asked.push(one)
  }
  const [red, blue] = asked
  if (red === undefined || blue === undefined) throw new Error('both were asked')
  expect(red.issue.number).toBe(blue.issue.number)
  expect(red.jobId).not.toBe(blue.jobId)
  return { red, blue }
}

async function recordOf({ jobId }: Asked): Promise<string> {
  return JSON.stringify(await Array.fromAsync(readRecord(join(world.dataDir, 'audit', `${jobId}-1.jsonl`))))
}

async function say({ repository, issue }: Asked, body: string) {
  const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body })
  const { jobId } = await world.handled(delivery)
  return repository.comments.find(({ body: text }) => text.includes(`airlock:job=${jobId} `))?.body ?? ''
}

const stored = async (folder: string, form: RegExp) =>
  (await readdir(join(world.dataDir, folder))).filter((name) => form.test(name))

describe('two organisations on one installation of Airlock', () => {
  it('have mirrors and snapshots of their own, though all in them is the same', async () => {
    const { red, blue } = await inBoth('same', setsUp)

    const mirrors = await stored('mirrors', /^\d+\.git$/)
    expect(mirrors).toEqual(expect.arrayContaining([red, blue].map(({ repository }) => `${repository.id}.git`)))
    expect(await stored('snapshots', /^[0-9a-f]{64}$/)).toHaveLength(2)
    for (const one of [red, blue]) expect(await recordOf(one)).toContain('"snapshot":"miss"')
    // The control: the same repository's next job finds what its own setup left.
    const again = await world.ask(red.repository, 'Another')
    await world.ended(again.jobId)
    expect(await recordOf(again)).toContain('"snapshot":"hit"')
  }, 120_000)

  it('have secrets of their own: the name of another one’s secret opens nothing', async () => {
    const { red, blue } = await inBoth('secretive', needsSecret)

    expect((await outcomeOf(red)).pullRequests).toHaveLength(1)
    const { pullRequests, comments } = await outcomeOf(blue)
    expect(pullRequests).toEqual([])
    expect(comments[0]).toContain('TOKEN')
    expect(comments[0]).toContain('**Refused.**')
  }, 120_000)

  it('decide on nothing and see nothing of each other’s: digest and job of the other are not known', async () => {
    const { red } = await inBoth('held', isHeld)
    const other = await world.ask(await world.createRepository({ name: 'onlooker', owner: 'blue' }))
    await world.ended(other.jobId)
    const [held = ''] = (await outcomeOf(red)).comments
    const digest = /Change sha256 ([0-9a-f]{64})/.exec(held)?.[1] ?? ''
    const known = await world.jobs()

    const said = [await say(other, `/airlock approve ${digest}`), await say(other, '/airlock status')].join('\n')
    await say(other, '/airlock cancel')

    expect(said).not.toContain(red.jobId)
    expect(said).toContain('Nothing is held here.')
    expect(said).toContain('Nothing runs or waits here.')
    expect(await world.jobs()).toEqual(known)
    expect((await outcomeOf(red)).pullRequests).toEqual([])
    // The control: where it is held the same words let it out.
    expect(await say(red, `/airlock approve ${digest}`)).toContain('**Approved**')
  }, 120_000)
})

describe('a pull request of a fork', () => {
  const tells = 'echo "secret: $' + '{TOKEN:+there}" > deps.txt'
  const setup = `setup: { run: [${JSON.stringify(tells)}], secrets: [TOKEN], inputs: [README.md] }`
  const copies = 'agent: command\ncommand: [sh, -c, "cp deps.txt told.txt; cat evil.txt >> told.txt || true"]\n'

  it('meets no secret and no snapshot, and the work is offered on a branch; one of the repository has both', async () => {
    const { github } = world
    const repository = await world.createRepository({ name: 'forked', owner: 'red', policy: copies + onHost + setup })
    const stored = await world.ask(repository)
    await world.ended(stored.jobId)
    const fork = await github.createRepository({ name: 'forked', owner: 'eve', forkOf: repository, installed: false })
    await github.commit(fork, { branch: 'main', message: 'Evil', files: { 'evil.txt': 'evil\n' } })
    await github.commit(repository, { branch: 'feature', message: 'Mine', files: { 'mine.txt': 'mine\n' } })
    const workOn = async (by: string, head: string) => {
      const { issue } = await github.openPullRequest(repository, { by, title: 'Change', head, base: 'main' })
      const { delivery } = await github.comment(repository, issue.number, { by: 'ada', body: '/airlock copy it' })
      const { jobId } = await world.handled(delivery)
      await world.ended(jobId)
      return { repository, issue, jobId }
    }
    const foreign = await workOn('eve', 'eve:main')
    const own = await workOn('ada', 'feature')

    const text = (await outcomeOf(foreign)).comments.at(-1) ?? ''
    const branch = `airlock/pr-${foreign.issue.number}-${foreign.jobId.slice(0, 10)}`
    const page = `${github.url}/red/forked`
    expect(text).toContain(`git pull --ff-only ${page}.git ${branch}`)
    expect(text).toContain(`${page}/compare/${foreign.issue.pull?.headSha}...${branch}`)
    expect(await gitText(repository.gitDir, ['show', `${branch}:told.txt`])).toBe('secret: \nevil')
    expect(await gitText(repository.gitDir, ['log', '-1', '--format=%P', branch])).toBe(foreign.issue.pull?.headSha)
    expect(await gitText(repository.gitDir, ['log', '-1', '--format=%B', branch])).toContain('[skip ci]')
    expect(await recordOf(foreign)).toContain("a fork's code takes nothing from the store")
    expect(await recordOf(foreign)).toContain('"stored":null')
    const pulls = repository.issues.filter(({ pull }) => pull?.headRef.startsWith('airlock/'))
    expect(pulls.map(({ pull }) => pull?.headRef)).not.toContain(branch)

    const ours = `airlock/pr-${own.issue.number}-${own.jobId.slice(0, 10)}`
    expect(await gitText(repository.gitDir, ['show', `${ours}:told.txt`])).toBe('secret: there')
    expect(await recordOf(own)).toContain('"snapshot":"hit"')
  }, 180_000)
})

it('no token that writes is for more than one repository, and none asks for another organisation’s', () => {
  const asked = world.github.requests.flatMap(({ identity, path }) => {
    if (identity.kind !== 'installation') return []
    const named = /\/repos\/([^/]+)\//.exec(path)?.[1]
    return named === undefined ? [] : [[identity.token.installation.account.login, named]]
  })
  expect(asked.length).toBeGreaterThan(20)
  const wide = world.github.tokens.minted.filter(({ repositories }) => repositories.length !== 1)
  // Repositories are listed, and looked through for schedules.
  expect(wide.flatMap(({ permissions }) => Object.values(permissions)).filter((level) => level !== 'read')).toEqual([])
  expect(asked.filter(([own, named]) => own !== named)).toEqual([])
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
