import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import type { LoggedProcess } from './process-log.ts'
import { type Published, publishOwn } from './publish-own.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { startWorld, type World, writesOneFile } from './start-world.ts'

/** Keeps what it was asked; where that begins with "slowly", as soon as somebody lets it go. */
const agent =
  'case "$(head -n 1 "$AIRLOCK_TASK_FILE")" in slowly*) until test -e ~/go; do sleep 0.05; done;; esac; ' +
  'cat "$AIRLOCK_TASK_FILE" > asked.txt; echo done >> done.txt'
const policy = `agent: command\ncommand: ${JSON.stringify(['sh', '-c', agent])}\n`

let world: World
let worker: LoggedProcess

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

const publish = (name: string) => publishOwn(world, { name, policy, writers: ['bea', 'cyd'] })

async function say({ repository, pull }: Published, by: string, body: string) {
  const { delivery } = await world.github.comment(repository, pull.number, { by, body })
  return jobOf(delivery)
}

async function jobOf(delivery: Delivery): Promise<string> {
  const { kind, jobId } = await world.handled(delivery)
  expect(kind).toBe('enqueued')
  return jobId
}

const subjects = async ({ repository, branch }: Published) =>
  (await gitText(repository.gitDir, ['log', '--reverse', '--format=%s', `main..${branch}`])).split('\n')
const askedOf = ({ repository, branch }: Published) => gitText(repository.gitDir, ['show', `${branch}:asked.txt`])
const commentOf = ({ repository }: Published, jobId: string) =>
  repository.comments.find(({ body }) => body.includes(`airlock:job=${jobId} `))?.body ?? ''
const pullsOf = ({ repository }: Published) => repository.issues.filter(({ pull }) => pull !== undefined)

describe('words on a pull request of ours while a job works on it', () => {
  it('are one further commit on top of its, in the order in which they were said', async () => {
    const job = await publish('gathered')
    const first = await say(job, 'bea', '/airlock slowly add a test')
    const still = await untilStandingStill(worker, first)

    const second = await say(job, 'bea', '/airlock then a second one')
    const third = await say(job, 'cyd', '/airlock and a third one')
    const notes = [{ path: 'done.txt', line: 1, body: 'Say what is done.' }]
    const { delivery } = await world.github.review(job.repository, job.pull.number, {
      by: 'cyd',
      state: 'changes_requested',
      body: '/airlock address my comments',
      notes,
    })
    const fourth = await jobOf(delivery)
    await letGo(world.dataDir, still)
    for (const jobId of [first, second, third, fourth]) await world.ended(jobId)

    expect(await subjects(job)).toEqual(['Mend it', 'slowly add a test', 'then a second one'])
    expect(pullsOf(job)).toHaveLength(1)
    const asked = await askedOf(job)
    const places = [
      'then a second one',
      'Also, asked by cyd:\n\nand a third one',
      'Also, asked by cyd:\n\naddress my comments\n\nComment 1 of the review, on "done.txt", line 1',
      'This was asked on Pull request #2',
    ].map((words) => asked.indexOf(words))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places).not.toContain(-1)
    expect(asked.match(/This was asked on/g)).toHaveLength(1)

    const [leader, ...others] = [second, third, fourth].toSorted((one) => (/Done\./.test(commentOf(job, one)) ? -1 : 1))
    expect(commentOf(job, leader ?? '')).toContain('**Done.**')
    for (const other of others) {
      expect(commentOf(job, leader ?? '')).toContain(`(job ${other})`)
      expect(commentOf(job, other)).toContain(`**Joined.**`)
      expect(commentOf(job, other)).toContain(`job ${leader}`)
    }
  })

  it('are not done where they were called off, and those of another pull request do not wait', async () => {
    const job = await publish('called-off')
    const other = await publish('beside')
    const first = await say(job, 'bea', '/airlock slowly add a test')
    const still = await untilStandingStill(worker, first)

    const second = await say(job, 'bea', '/airlock then a second one')
    const beside = await say(other, 'bea', '/airlock add a test')
    await world.ended(beside)
    const { delivery } = await world.github.comment(job.repository, job.pull.number, {
      by: 'bea',
      body: '/airlock cancel',
    })
    expect(await world.handled(delivery)).toMatchObject({ with: 'cancel' })
    await world.ended(second)
    await world.ended(first)
    await letGo(world.dataDir, still).catch(() => undefined)

    expect(commentOf(job, second)).toContain('**Cancelled.**')
    expect(await subjects(job)).toEqual(['Mend it'])
    expect(await subjects(other)).toEqual(['Mend it', 'add a test'])
  })

  it('are refused together where one of those who asked may not any more', async () => {
    const job = await publish('lost-right')
    const first = await say(job, 'bea', '/airlock slowly add a test')
    const still = await untilStandingStill(worker, first)
    const second = await say(job, 'bea', '/airlock then a second one')
    const third = await say(job, 'cyd', '/airlock and a third one')
    world.github.addCollaborator(job.repository, 'cyd', 'read')
    await letGo(world.dataDir, still)
    for (const jobId of [first, second, third]) await world.ended(jobId)

    expect(await subjects(job)).toEqual(['Mend it', 'slowly add a test'])
    expect([commentOf(job, second), commentOf(job, third)].join('\n')).toMatch(/\*\*Refused\.\*\*[\s\S]*Detail: cyd/)
  })

  it('come on top of what the job before made, and not of what somebody pushed since', async () => {
    const job = await publish('pushed-since')
    const first = await say(job, 'bea', '/airlock slowly add a test')
    const still = await untilStandingStill(worker, first)
    const second = await say(job, 'bea', '/airlock slowly a second one')
    await letGo(world.dataDir, still)
    await world.ended(first)
    const next = await untilStandingStill(worker, second)
    await world.github.commit(job.repository, { branch: job.branch, message: 'Mine', files: { 'mine.txt': 'x\n' } })
    await letGo(world.dataDir, next)
    await world.ended(second)

    expect(await subjects(job)).toEqual(['Mend it', 'slowly add a test', 'Mine'])
    expect(pullsOf(job)).toHaveLength(2)
    expect(commentOf(job, second)).toContain('it got other commits in the meantime')
  })

  it('are done once by another worker where the one that took them is killed', async () => {
    const job = await publish('killed')
    const first = await say(job, 'bea', '/airlock slowly add a test')
    const still = await untilStandingStill(worker, first)
    const second = await say(job, 'bea', '/airlock slowly a second one')
    const third = await say(job, 'cyd', '/airlock slowly a third one')
    await letGo(world.dataDir, still)
    await world.ended(first)
    const isLeader = (line: { readonly [key: string]: unknown }) =>
      line.msg === 'step' && line.step === 'agent' && (line.jobId === second || line.jobId === third)
    const leader = String((await worker.waitFor(isLeader, 60_000)).jobId)

    const next = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
    worker.kill('SIGKILL')
    await worker.exited
    worker = next
    await letGo(world.dataDir, await untilStandingStill(worker, leader))
    for (const jobId of [second, third]) await world.ended(jobId)

    expect(await subjects(job)).toHaveLength(3)
    const asked = await askedOf(job)
    expect(asked).toContain('slowly a second one')
    expect(asked).toContain('slowly a third one')
  })
})

describe('a job that is over a quota', () => {
  const botSaid = ({ comments }: Repository, issueNumber: number) =>
    comments
      .filter((comment) => comment.issueNumber === issueNumber && comment.user.type === 'Bot')
      .map(({ body }) => body)

  it('waits without holding a worker, is told so where it was asked and by status, and is done in its turn', async () => {
    const repository = await world.createRepository({
      name: 'one-at-a-time',
      policy: `${standsStill}quotas: { repository: { concurrent: 1 } }\n`,
    })
    const first = await world.ask(repository)
    const still = await untilStandingStill(worker, first.jobId)
    const second = await world.ask(repository)
    const quota = 'the jobs at a time of acme/one-at-a-time, 1'

    await expect
      .poll(() => botSaid(repository, second.issue.number).join(), { timeout: 30_000 })
      .toContain(`**Waiting** for room in ${quota}, until another job ends.`)
    const { delivery } = await world.github.comment(repository, second.issue.number, {
      by: 'ada',
      body: '/airlock status',
    })
    expect(await world.handled(delivery)).toMatchObject({ with: 'status' })
    expect(botSaid(repository, second.issue.number).at(-1)).toContain(`**waits** for room in ${quota}`)
    await letGo(world.dataDir, still)
    await world.ended(first.jobId)
    await letGo(world.dataDir, await untilStandingStill(worker, second.jobId))
    await world.ended(second.jobId)

    expect(botSaid(repository, second.issue.number)[0]).toContain('**Done.**')
  })

  it('is refused, with whose it was and how much, where that is of the day', async () => {
    const policy = `${writesOneFile}quotas: { person: { jobs: 1 } }\n`
    const repository = await world.createRepository({ owner: 'quotas', name: 'once-a-day', policy })
    const first = await world.ask(repository)
    await world.ended(first.jobId)
    const second = await world.ask(repository)
    await world.ended(second.jobId)

    expect(botSaid(repository, first.issue.number)[0]).toContain('**Done.**')
    const [refused = ''] = botSaid(repository, second.issue.number)
    expect(refused).toContain('**Refused.**')
    expect(refused).toContain("Detail: the day's jobs of ada in quotas, 1")
  })
})

it('a word to cancel does not overtake what it is to cancel', async () => {
  const job = await publish('order')
  const write = (body: string) => world.github.comment(job.repository, job.pull.number, { by: 'bea', body })

  const { delivery: task } = await write('/airlock slowly add a test')
  const { delivery: cancel } = await write('/airlock cancel')
  const jobId = await jobOf(task)
  await world.handled(cancel)
  await world.ended(jobId)

  expect(commentOf(job, jobId)).toContain('**Cancelled.**')
})

it('no token is left alive', async () => {
  await expect.poll(() => world.github.tokens.live(), { timeout: 30_000 }).toEqual([])
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
