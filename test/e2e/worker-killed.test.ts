import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Held } from '../github/http/faults.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess, LogLine } from './process-log.ts'
import { processesNaming } from './processes-naming.ts'
import { letGo, standsStill, standsStillInSetup, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World, writesOneFile } from './start-world.ts'

/** What is promised, from the kill to the first step of the next attempt. */
const takenUpMs = 30_000
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

describe('a worker that is killed with -9', () => {
  let world: World
  let rescuer: LoggedProcess
  const asked = new Map<string, Asked>()
  /** By job: the last step that its killed worker began, and when that worker was dead. */
  const ends = new Map<string, { readonly step: unknown; readonly at: number }>()

  beforeAll(async () => {
    world = await startWorld()
    await killInSteps(['seal', 'collect', 'gate'])
    const holder = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '10' })
    const held = await stopEverywhere(holder)
    rescuer = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '16' })
    rescuer.onLine((line) => void goOn(line))
    holder.kill('SIGKILL')
    await noteEnd(holder)
    for (const hold of held) hold.release()
    for (const { jobId } of asked.values()) await world.ended(jobId, 60_000)
  }, 150_000)

  afterAll(() => world[Symbol.asyncDispose]())

  /** Steps that need no network: the worker that logs one of them is killed at that very line. */
  async function killInSteps(steps: readonly (keyof typeof policies)[]): Promise<void> {
    const workers = await Promise.all(steps.map(() => world.installation.startWorker({ AIRLOCK_CONCURRENCY: '1' })))
    for (const worker of workers) {
      worker.onLine((line) => {
        const hit = steps.some((step) => line.step === step && line.jobId === asked.get(step)?.jobId)
        if (hit) worker.kill('SIGKILL')
      })
    }
    await Promise.all(steps.map((step) => ask(step, policies[step])))
    await Promise.all(workers.map(noteEnd))
  }

  async function ask(name: string, policy?: string): Promise<Asked> {
    const repository = await world.createRepository({ name, ...(policy === undefined ? {} : { policy }) })
    const made = await world.ask(repository)
    asked.set(name, made)
    return made
  }

  /** One worker, ten jobs: each stands still at another point. */
  async function stopEverywhere(worker: LoggedProcess): Promise<Held[]> {
    const held = Object.values(requests).map(([when, method, path]) => world.github.hold({ method, path }, when))
    await Promise.all(Object.keys(requests).map((name) => ask(name)))
    for (const step of ['setup', 'agent'] as const) {
      const { jobId } = await ask(step, policies[step])
      await untilStandingStill(worker, jobId, step)
    }
    await Promise.all(held.map(({ reached }) => reached))
    return held
  }

  async function noteEnd({ exited, lines }: LoggedProcess): Promise<void> {
    await exited
    const at = Date.now()
    for (const { msg, jobId, step } of lines) if (msg === 'step') ends.set(String(jobId), { step, at })
  }

  /** In the second attempt nothing has to stand still. */
  async function goOn({ msg, jobId, step, attempt }: LogLine): Promise<void> {
    for (const name of ['setup', 'agent'] as const) {
      if (msg !== 'step' || jobId !== asked.get(name)?.jobId || step !== name) continue
      await letGo(world.dataDir, { jobId: String(jobId), attempt: Number(attempt), phase: name })
    }
  }

  const names = [...Object.keys(policies), ...Object.keys(requests)]

  it.each(names)('in %s is replaced within 30 s, and there is one pull request at the end', async (name) => {
    const job = asked.get(name)
    if (job === undefined) throw new Error(`nothing was asked in ${name}`)
    const [step] = name.split('-')

    const found = await outcomeOf(job)
    const end = ends.get(job.jobId)
    const next = await rescuer.waitFor(({ msg, jobId }) => msg === 'step' && jobId === job.jobId, 1)

    expect(end?.step).toBe(step)
    expect(Number(next.attempt)).toBeGreaterThan(1)
    expect(Number(next.time) - (end?.at ?? 0)).toBeLessThan(takenUpMs)
    expect(found.pullRequests).toHaveLength(1)
    expect(found.branches).toMatchObject([{ changed: 'fixed.txt' }])
    expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
    expect(found.checks).toEqual(['success'])
    expect(found.reactions.toSorted()).toEqual(['eyes', 'rocket'])
    expect(found.labels).toEqual([])
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
    expect(world.github.tokens.live().map(({ permissions }) => permissions)).toEqual([])
  })

  it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
})
