import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stepNames } from '../../worker/contract/index.ts'
import type { Held } from '../github/http/faults.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf, passedChecks } from './outcome-of.ts'
import type { LoggedProcess, LogLine } from './process-log.ts'
import { processesNaming } from './processes-naming.ts'
import { letGo, standsStill, standsStillInSetup, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World, writesOneFile } from './start-world.ts'

/** As long as a busy machine may need. What is promised is held by the queues' figures: test/queue/settings.test.ts. */
const patienceMs = 60_000
const leftMs = 60_000
const policies = {
  setup: standsStillInSetup,
  agent: standsStill,
  // Each of these steps is given something to do, so that it is still at it when the kill comes.
  seal: `${writesOneFile}setup:\n  run: ["seq 300000 > left; mkdir d; cd d; seq 3000 | xargs touch"]\n`,
  collect: 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt; mkdir d; cd d; seq 5000 | xargs mkdir"]\n',
  gate: 'agent: command\ncommand: [sh, -c, "seq 18000 > fixed.txt"]\n',
}

/** The request at which a worker is killed, and whether GitHub has done what it asks by then. */
const requests = {
  prepare: ['before', 'GET', /^\/repos\/acme\/prepare\/branches\/main$/],
  clone: ['before', 'POST', /^\/acme\/clone\.git\/git-upload-pack$/],
  'publish-unsaved': ['after-effect', 'POST', /^\/repos\/acme\/publish-unsaved\/git\/commits$/],
  'publish-staged': ['before', 'GET', /^\/repos\/acme\/publish-staged\/git\/ref\/heads%2Fairlock/],
  'publish-ref': ['after-effect', 'POST', /^\/repos\/acme\/publish-ref\/git\/refs$/],
  'publish-pull': ['after-effect', 'POST', /^\/repos\/acme\/publish-pull\/pulls$/],
  'report-told': ['before', 'GET', /^\/repos\/acme\/report-told\/commits\/[0-9a-f]+\/check-runs$/],
  'report-checked': ['after-effect', 'POST', /^\/repos\/acme\/report-checked\/check-runs$/],
} as const satisfies Record<string, readonly ['before' | 'after-effect', string, RegExp]>

/** Killed at a line of their log. On a busy machine the signal may arrive when the next step has begun. */
const withoutNetwork = ['seal', 'collect', 'gate'] as const
function mayHaveEndedIn(wanted: string): readonly string[] {
  const names: readonly string[] = stepNames
  const at = names.indexOf(wanted)
  return names.slice(at, withoutNetwork.some((step) => step === wanted) ? at + 2 : at + 1)
}

describe('a worker that is killed with -9', () => {
  let world: World
  const workers: LoggedProcess[] = []
  let sleeper: { readonly worker: LoggedProcess; readonly asked: Asked }
  const asked = new Map<string, Asked>()
  /** By job: the last step of its first attempt. */
  const ends = new Map<string, unknown>()

  beforeAll(async () => {
    world = await startWorld()
    await killInSteps(withoutNetwork)
    const asleep = await putToSleep()
    const holder = await startWorker(16)
    const held = await stopEverywhere(holder)
    const rescuer = await startWorker(16)
    rescuer.onLine((line) => void goOn(line))
    holder.kill('SIGKILL')
    await noteEnd(holder)
    for (const hold of held) hold.release()
    for (const { jobId } of [...asked.values(), sleeper.asked]) await world.ended(jobId, 60_000)
    sleeper.worker.kill('SIGCONT')
    asleep.release()
  }, 300_000)

  afterAll(() => world[Symbol.asyncDispose]())

  async function startWorker(concurrency: number): Promise<LoggedProcess> {
    const worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: String(concurrency) })
    workers.push(worker)
    return worker
  }

  /** Steps that need no network: the worker that logs one of them is killed at that very line. */
  async function killInSteps(steps: readonly (keyof typeof policies)[]): Promise<void> {
    const victims = await Promise.all(steps.map(() => startWorker(1)))
    for (const worker of victims) {
      worker.onLine((line) => {
        const hit = steps.some((step) => line.step === step && line.jobId === asked.get(step)?.jobId)
        if (hit) worker.kill('SIGKILL')
      })
    }
    await Promise.all(steps.map((step) => ask(step, policies[step])))
    await Promise.all(victims.map(noteEnd))
  }

  async function ask(name: string, policy?: string): Promise<Asked> {
    const repository = await world.createRepository({ name, ...(policy === undefined ? {} : { policy }) })
    const made = await world.ask(repository)
    asked.set(name, made)
    return made
  }

  /** One worker and a job for each point. No request is held for long: its client gives it up after 20 s. */
  async function stopEverywhere(worker: LoggedProcess): Promise<Held[]> {
    for (const step of ['setup', 'agent'] as const) {
      const { jobId } = await ask(step, policies[step])
      await untilStandingStill(worker, jobId, step)
    }
    const held: Held[] = []
    const stopAll = (which: RegExp) =>
      Promise.all(
        Object.entries(requests).map(async ([name, [when, method, path]]) => {
          if (!which.test(name)) return
          const hold = world.github.hold({ method, path }, when)
          held.push(hold)
          await ask(name)
          await hold.reached
        }),
      )
    await stopAll(/^(publish|report)/)
    await stopAll(/^(prepare|clone)/)
    return held
  }

  /** Not dead but stopped, longer than its lock lasts, on its way to a branch. */
  async function putToSleep(): Promise<Held> {
    const path = /^\/repos\/acme\/sleeps\/git\/ref\/heads%2Fairlock/
    const held = world.github.hold({ method: 'GET', path }, 'before')
    const worker = await startWorker(1)
    const repository = await world.createRepository({ name: 'sleeps' })
    sleeper = { worker, asked: await world.ask(repository) }
    await held.reached
    worker.kill('SIGSTOP')
    return held
  }

  async function noteEnd({ exited, lines }: LoggedProcess): Promise<void> {
    await exited
    const steps = lines.filter(({ msg, attempt }) => msg === 'step' && attempt === 1)
    for (const { jobId, step } of steps) ends.set(String(jobId), step)
  }

  /** In the second attempt nothing has to stand still. */
  async function goOn({ msg, jobId, step, attempt }: LogLine): Promise<void> {
    for (const name of ['setup', 'agent'] as const) {
      if (msg !== 'step' || jobId !== asked.get(name)?.jobId || step !== name) continue
      await letGo(world.dataDir, { jobId: String(jobId), attempt: Number(attempt), phase: name })
    }
  }

  const names = [...Object.keys(policies), ...Object.keys(requests)]

  it.each(names)('in %s is replaced by another, and there is one pull request at the end', async (name) => {
    const job = asked.get(name)
    if (job === undefined) throw new Error(`nothing was asked in ${name}`)
    const [step = ''] = name.split('-')

    const found = await outcomeOf(job)
    const lines = workers.flatMap((worker) => worker.lines.filter(({ jobId }) => jobId === job.jobId))

    expect(mayHaveEndedIn(step)).toContain(ends.get(job.jobId))
    expect(lines.some(({ attempt }) => attempt === 2)).toBe(true)
    expect(lines.some(({ msg }) => msg === 'a worker died; its job was taken up')).toBe(true)
    expect(found.pullRequests).toHaveLength(1)
    expect(found.branches).toMatchObject([{ changed: 'fixed.txt' }])
    expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
    expect(found.checks).toEqual(passedChecks)
    expect(found.reactions.toSorted()).toEqual(['eyes', 'rocket'])
    expect(found.labels).toEqual([])
  })

  it('or only slept does nothing more when it wakes', async () => {
    const { worker, asked: job } = sleeper
    const isOver = ({ msg, jobId }: LogLine) => msg === 'attempt failed' && jobId === job.jobId

    const over = await worker.waitFor(isOver, patienceMs)

    const found = await outcomeOf(job)
    expect(over.verdict).toBe('lost')
    expect(found).toMatchObject({
      pullRequests: [expect.anything()],
      branches: [expect.anything()],
      checks: passedChecks,
    })
    expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
    const writes = world.github.requests.filter(
      ({ method, path }) => method === 'POST' && /\/sleeps\/(git\/refs|pulls)$/.test(path),
    )
    expect(writes).toHaveLength(2)
  })

  it('leaves no folder, socket or process', async () => {
    const places = ['data/jobs', 'data/sandboxes/sandboxes', 'tmp'].map((place) => join(world.dataDir, '..', place))

    await vi.waitFor(
      async () => {
        const left = await Promise.all(
          places.map(async (place) => (await readdir(place)).map((name) => join(place, name))),
        )
        expect(left.flat()).toEqual([])
      },
      { timeout: leftMs, interval: 200 },
    )
    expect(await processesNaming(world.dataDir)).toEqual([])
  })

  it('leaves no live token', async () => {
    // Of the last job: its end is seen by others before it has given everything back.
    await expect
      .poll(() => world.github.tokens.live().map(({ permissions }) => permissions), { timeout: 30_000 })
      .toEqual([])
  })

  it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
})
