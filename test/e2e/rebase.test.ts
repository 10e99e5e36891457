import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import type { LoggedProcess } from './process-log.ts'
import { type Published, publishOwn } from './publish-own.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { startWorld, type World } from './start-world.ts'

/**
 * Does what the task's first line says; where it finds git's marks, that is to put both sides together, unless the
 * repository says that it is a lazy one. Asks GitHub for nothing and runs no git.
 */
const agent =
  'case "$(head -n 1 "$AIRLOCK_TASK_FILE")" in slowly*) until test -e ~/go; do sleep 0.05; done;; esac; ' +
  'if grep -q "^<<<<<<< " list.txt; then test -e lazy || sed -i "/^<<<<<<< /d;/^=======$/d;/^>>>>>>> /d" list.txt; ' +
  'test ! -e lazy || echo I did it > said.txt; ' +
  'else echo ours >> list.txt; echo new > ours.txt; fi'
const policyOf = (more = '') => `agent: command\ncommand: ${JSON.stringify(['sh', '-c', agent])}\n${more}`

let world: World
let worker: LoggedProcess

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

const publish = (name: string, more?: string) => publishOwn(world, { name, policy: policyOf(more), writers: ['bea'] })

type Files = Readonly<Record<string, string>>
const push = ({ repository }: Published, files: Files, branch = 'main') =>
  world.github.commit(repository, { branch, message: `On ${branch}`, files })

async function say({ repository, pull }: Published, body: string) {
  const { delivery } = await world.github.comment(repository, pull.number, { by: 'bea', body })
  const handled = await world.handled(delivery)
  if (handled.kind === 'enqueued') await world.ended(handled.jobId)
  return handled
}

const shaOf = ({ repository }: Published, revision: string) => gitText(repository.gitDir, ['rev-parse', revision])
const fileOf = ({ repository, branch }: Published, path: string) =>
  gitText(repository.gitDir, ['show', `${branch}:${path}`])
const commentOf = ({ repository }: Published, jobId: string) =>
  repository.comments.find(({ body }) => body.includes(`airlock:job=${jobId} `))?.body ?? ''
const pullsOf = ({ repository }: Published) => repository.issues.filter(({ pull }) => pull !== undefined)
const ranAgent = (jobId: string) => worker.lines.some((line) => line.jobId === jobId && line.step === 'agent')

describe('/airlock rebase on a pull request of ours', () => {
  it('is a commit of both without an agent, where the two fit together', async () => {
    const job = await publish('fits')
    await push(job, { 'theirs.txt': 'theirs\n' })
    await push(job, { 'person.txt': 'a person pushed\n' }, job.branch)
    const [before, main] = [await shaOf(job, job.branch), await shaOf(job, 'main')]

    const { jobId } = await say(job, '/airlock rebase')

    expect(await gitText(job.repository.gitDir, ['log', '-1', '--format=%P', job.branch])).toBe(`${before} ${main}`)
    for (const path of ['ours.txt', 'theirs.txt', 'person.txt']) {
      expect(await fileOf(job, path)).not.toBe('')
    }
    expect(ranAgent(jobId)).toBe(false)
    expect(commentOf(job, jobId)).toContain('The base branch is merged into this pull request')
    expect(commentOf(job, jobId)).toContain(`/commits/${await shaOf(job, job.branch)}`)
    expect(await gitText(job.repository.gitDir, ['log', '-1', '--format=%B', job.branch])).toMatch(
      /^Merge main into airlock\/issue-1[\s\S]*Co-authored-by: bea/,
    )
    expect(pullsOf(job)).toHaveLength(1)
  })

  it('waits for the job before it on this pull request, and is a commit of its own on what that made', async () => {
    const job = await publish('in-turn')
    await push(job, { 'theirs.txt': 'theirs\n' })
    const { github } = world
    const words = { by: 'bea', body: '/airlock slowly add a line' }
    const first = await world.handled((await github.comment(job.repository, job.pull.number, words)).delivery)
    const still = await untilStandingStill(worker, first.jobId)
    const asked = await github.comment(job.repository, job.pull.number, { by: 'bea', body: '/airlock rebase' })
    const second = await world.handled(asked.delivery)
    await letGo(world.dataDir, still)
    for (const { jobId } of [first, second]) await world.ended(jobId)

    const titles = await gitText(job.repository.gitDir, ['log', '--first-parent', '--format=%s', `main..${job.branch}`])
    expect(titles.split('\n')).toEqual([`Merge main into ${job.branch}`, 'slowly add a line', 'Mend it'])
    expect(await fileOf(job, 'list.txt')).toBe('ours\nours')
    expect(pullsOf(job)).toHaveLength(1)
  })

  it('leaves workflows to people: GitHub lets no App without a permission for them bring any, and no agent is paid for it', async () => {
    const job = await publish('workflows')
    const before = await shaOf(job, job.branch)
    await push(job, { '.github/workflows/ci.yml': 'on: push\n' })

    const first = await say(job, '/airlock rebase')
    await push(job, { 'list.txt': 'theirs\n' })
    const second = await say(job, '/airlock rebase')

    expect(commentOf(job, first.jobId)).toContain('which an App may not bring')
    expect(commentOf(job, second.jobId)).toContain('".github/workflows/ci.yml"')
    expect(ranAgent(second.jobId)).toBe(false)
    expect(await shaOf(job, job.branch)).toBe(before)
    expect(pullsOf(job)).toHaveLength(1)
  })

  it('says that there is nothing to do where it is up to date, and asks for no job', async () => {
    const job = await publish('up-to-date')

    expect(await say(job, '/airlock rebase')).toMatchObject({ kind: 'answered', with: 'rebase' })
    expect(job.repository.comments.at(-1)?.body).toContain('**Nothing to do.**')
  })

  it('gives conflicts to the agent once, and the gates judge what it made of them and nothing else', async () => {
    const job = await publish('conflicts', 'gates: { protected: ["deploy/**"] }\n')
    // What the base branch brings is protected: it is not the agent's.
    await push(job, { 'list.txt': 'theirs\n', 'deploy/a.txt': 'theirs\n', 'moved.txt': 'm\n' })
    const [before, main] = [await shaOf(job, job.branch), await shaOf(job, 'main')]

    const { jobId } = await say(job, '/airlock rebase')

    expect(commentOf(job, jobId)).toContain('**Done.**')
    expect(commentOf(job, jobId)).toContain('"list.txt"')
    expect(await gitText(job.repository.gitDir, ['log', '-1', '--format=%P', job.branch])).toBe(`${before} ${main}`)
    expect(await fileOf(job, 'list.txt')).toBe('ours\ntheirs')
    expect(await fileOf(job, 'deploy/a.txt')).toBe('theirs')
    expect(await gitText(job.repository.gitDir, ['diff', '--name-only', 'main', job.branch])).toBe('list.txt\nours.txt')
    expect(ranAgent(jobId)).toBe(true)
  })

  it('control: what the agent does to a protected path in solving them is held, and approved onto the branch', async () => {
    const job = await publish('conflict-held')
    await push(job, { 'list.txt': 'theirs\n', '.github/airlock.yml': policyOf('gates: { protected: ["list.txt"] }\n') })
    const [before, main] = [await shaOf(job, job.branch), await shaOf(job, 'main')]

    const { jobId } = await say(job, '/airlock rebase')
    expect(commentOf(job, jobId)).toContain('**Held.**')
    expect(await shaOf(job, job.branch)).toBe(before)
    const digest = /Change sha256 ([0-9a-f]{64})/.exec(commentOf(job, jobId))?.[1] ?? ''
    const known = await world.jobs()
    expect(await say(job, `/airlock approve ${digest}`)).toMatchObject({ with: 'approved' })
    for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id)

    expect(await gitText(job.repository.gitDir, ['log', '-1', '--format=%P', job.branch])).toBe(`${before} ${main}`)
    expect(await fileOf(job, 'list.txt')).toBe('ours\ntheirs')
  })

  it('adds nothing where the agent says that conflicts are solved, and they are not', async () => {
    const job = await publish('unsolved')
    await push(job, { 'list.txt': 'theirs\n', lazy: '' })
    const before = await shaOf(job, job.branch)

    const { jobId } = await say(job, '/airlock rebase')

    expect(await shaOf(job, job.branch)).toBe(before)
    expect(commentOf(job, jobId)).toContain('left conflicts unsolved')
    expect(commentOf(job, jobId)).toContain('Detail: "list.txt"')
    expect(pullsOf(job)).toHaveLength(1)
  })

  it('runs no agent where instructions for agents do not fit together', async () => {
    const job = await publish('instructions')
    await push(job, { 'AGENTS.md': 'ours\n' }, job.branch)
    await push(job, { 'AGENTS.md': 'theirs\n' })
    const before = await shaOf(job, job.branch)

    const { jobId } = await say(job, '/airlock rebase')

    expect(await shaOf(job, job.branch)).toBe(before)
    expect(commentOf(job, jobId)).toContain('are for people to merge')
    expect(ranAgent(jobId)).toBe(false)
  })

  it("leaves a person's pull request and an issue alone, and says what to do", async () => {
    const job = await publish('not-ours')
    await push(job, { 'mine.txt': 'x\n' }, 'feature')
    const person = { by: 'ada', title: 'Mine', body: '', head: 'feature', base: 'main' }
    const { issue } = await world.github.openPullRequest(job.repository, person)
    const theirs = { ...job, pull: issue }
    const [first] = job.repository.issues

    expect(await say(theirs, '/airlock rebase')).toMatchObject({ with: 'rebase' })
    expect(job.repository.comments.at(-1)?.body).toContain('*Update branch*')
    expect(await say({ ...job, pull: first ?? issue }, '/airlock rebase')).toMatchObject({ with: 'rebase' })
    expect(job.repository.comments.at(-1)?.body).toContain(`for this issue that is #${job.pull.number}`)
  })
})

describe('a base branch that went on while the agent worked', () => {
  async function workWhile(name: string, files: Files, policy = standsStill) {
    const repository = await world.createRepository({ name, policy })
    const asked = await world.ask(repository)
    const still = await untilStandingStill(worker, asked.jobId)
    await world.github.commit(repository, { branch: 'main', message: 'On main', files })
    await letGo(world.dataDir, still)
    await world.ended(asked.jobId)
    const pull = repository.issues.find((issue) => issue.pull !== undefined)
    if (pull?.pull === undefined) throw new Error('nothing was published')
    return {
      repository,
      pull,
      branch: pull.pull.headRef,
      base: await gitText(repository.gitDir, ['rev-parse', 'main^']),
    }
  }

  it('is what the change is published on, where it fits', async () => {
    const job = await workWhile('moved', { 'theirs.txt': 'theirs\n' })

    expect(await shaOf(job, `${job.branch}^`)).toBe(await shaOf(job, 'main'))
    expect(await fileOf(job, 'fixed.txt')).toBe('fixed')
    expect(job.pull.body).toContain('the change fits its commit')
  })

  it('is named where the change does not fit, which is then on the commit that it was made on', async () => {
    const job = await workWhile('moved-apart', { 'fixed.txt': 'theirs\n' })

    expect(await shaOf(job, `${job.branch}^`)).toBe(job.base)
    expect(job.pull.body).toContain('the change does not fit what is there now: "fixed.txt"')
  })
})

it('no token is left alive', async () => {
  await expect.poll(() => world.github.tokens.live(), { timeout: 30_000 }).toEqual([])
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
