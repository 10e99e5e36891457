import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { operatorEnvironment } from './operator-environment.ts'
import { outcomeOf, passedChecks } from './outcome-of.ts'
import { type LoggedProcess, startLoggedProcess } from './process-log.ts'
import { processesNaming } from './processes-naming.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const soonMs = 60_000

async function expectPublishedOnce(asked: Asked): Promise<void> {
  const found = await outcomeOf(asked)
  expect(found.pullRequests).toHaveLength(1)
  expect(found.branches).toHaveLength(1)
  expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
}

const attemptsAt = (worker: LoggedProcess, jobId: string) =>
  new Set(worker.lines.filter((line) => line.jobId === jobId).map((line) => line.attempt))

describe('a worker that gets SIGTERM', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it('lets its job end within the grace, and takes no other', async () => {
    const worker = await world.installation.startWorker()
    const asked = await world.ask(await world.createRepository({ name: 'ends', policy: standsStill }))
    const still = await untilStandingStill(worker, asked.jobId)

    worker.kill('SIGTERM')
    await worker.waitFor((line) => line.msg === 'ending', soonMs)
    const later = await world.ask(await world.createRepository({ name: 'later' }))
    await letGo(world.dataDir, still)
    const code = await worker.exited

    expect(code).toBe(0)
    await expectPublishedOnce(asked)
    expect(attemptsAt(worker, asked.jobId)).toEqual(new Set([1]))
    expect(attemptsAt(worker, later.jobId)).toEqual(new Set())
    const next = await world.installation.startWorker()
    await world.ended(later.jobId)
    await expectPublishedOnce(later)
    await next.stop()
  })

  it('gives back what runs on after the grace, and the next worker does it once', async () => {
    const worker = await world.installation.startWorker()
    const asked = await world.ask(await world.createRepository({ name: 'runs-on', policy: standsStill }))
    await untilStandingStill(worker, asked.jobId)

    worker.kill('SIGTERM')
    const next = await world.installation.startWorker()
    const still = await untilStandingStill(next, asked.jobId)
    await letGo(world.dataDir, still)
    await world.ended(asked.jobId)

    expect(await worker.exited).toBe(0)
    const givenBack = worker.lines.find((line) => line.msg === 'attempt failed')
    expect(givenBack?.verdict).toBe('give-back')
    // What was given back need not wait until its lock is over, as a dead worker's has to.
    expect(next.lines.filter(({ msg }) => msg === 'a worker died; its job was taken up')).toEqual([])
    await expectPublishedOnce(asked)
    await next.stop()
  })

  it('leaves no live token, and asked for nothing unknown', () => {
    expect(world.github.tokens.live()).toEqual([])
    expectKeptRules(world.github)
  })
})

describe('airlock up', () => {
  const wrapper = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url))
  let root: string
  let dataDir: string
  let github: GitHubStandIn
  let up: LoggedProcess

  beforeAll(async () => {
    root = await mkdtemp('/tmp/airlock-e2e-')
    await chmod(root, 0o711)
    dataDir = join(root, 'data')
    await mkdir(join(root, 'tmp'), { mode: 0o711 })
    github = await createGitHubStandIn({ openapi: true })
  })
  afterAll(async () => {
    await up.stop()
    await github[Symbol.asyncDispose]()
    await rm(root, { recursive: true, force: true })
  })

  /** As a person starts it in a terminal: by the wrapper, which a Ctrl-C reaches as well. */
  async function startUp(): Promise<void> {
    const env = { ...operatorEnvironment(github, dataDir), TMPDIR: join(root, 'tmp') }
    up = startLoggedProcess([wrapper, 'airlock', 'up'], env, { ownGroup: true })
    const { port } = await up.waitFor((line) => line.msg === 'listening', soonMs)
    await up.waitFor((line) => line.msg === 'taking jobs', soonMs)
    github.deliverTo(`http://127.0.0.1:${String(port)}/api/github/webhooks`)
  }

  async function ask(name: string, policy: string): Promise<Asked> {
    const files = { '.github/airlock.yml': policy }
    const repository = await github.createRepository({ name, files })
    github.addCollaborator(repository, 'ada', 'write')
    const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Mend it' })
    const { delivery } = await github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
    const { jobId } = await up.waitFor((line) => line.deliveryId === delivery.guid && 'jobId' in line, soonMs)
    return { repository, issue, jobId: String(jobId) }
  }

  const done = ({ repository }: Asked) =>
    vi.waitFor(
      () => {
        expect(repository.checkRuns).toHaveLength(passedChecks.length)
        expect(github.tokens.live()).toEqual([])
      },
      { timeout: soonMs, interval: 50 },
    )

  const ctrlC = () => process.kill(-up.pid, 'SIGINT')

  it('makes a pull request of a label with a Redis of its own, and leaves nothing running after SIGTERM', async () => {
    await startUp()
    const asked = await ask('label', 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\n')
    await done(asked)
    expect(await processesNaming(dataDir)).toEqual([expect.stringContaining('redis-server')])

    const code = await up.stop()

    expect(code).toBe(0)
    await expectPublishedOnce(asked)
    expect(await processesNaming(root)).toEqual([])
  })

  it('drains at Ctrl-C, which reaches the wrapper, the program and what they started', async () => {
    await startUp()
    const asked = await ask('ctrl-c', standsStill)
    const still = await untilStandingStill(up, asked.jobId)

    ctrlC()
    await letGo(dataDir, still)
    const code = await up.exited

    expect(code).toBe(0)
    await expectPublishedOnce(asked)
    expect(attemptsAt(up, asked.jobId)).toEqual(new Set([undefined, 1]))
    expect(await processesNaming(root)).toEqual([])
  })

  it('ends at once at a second Ctrl-C, and does the job when it is up again', async () => {
    await startUp()
    const asked = await ask('ctrl-c-twice', standsStill)
    await untilStandingStill(up, asked.jobId)

    ctrlC()
    await up.waitFor((line) => line.msg === 'ending', soonMs)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    ctrlC()
    const code = await up.exited
    await vi.waitFor(async () => expect(await processesNaming(root)).toEqual([]), { timeout: soonMs })
    await startUp()
    await letGo(dataDir, await untilStandingStill(up, asked.jobId))
    await done(asked)

    expect(code).not.toBe(0)
    await expectPublishedOnce(asked)
  })

  it('asked GitHub for nothing that it does not know', () => expectKeptRules(github))
})
