import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareDataFolders } from '../../cli/wiring/data-folders.ts'
import { expectKeptRules } from '../e2e/expect-kept-rules.ts'
import { type Asked, startWorld, type World } from '../e2e/start-world.ts'
import { createHostileRepository } from './hostile-repository.ts'
import { leftOfJob } from './left-of-job.ts'
import { type LocalAirlock, startLocalAirlock } from './local-airlock.ts'
import { runningProgram } from './running-program.ts'

const shell = (line: string) => ['sh', '-c', line]
const brief = { minutes: 0.03 }
const undying = 'trap "" TERM HUP INT PIPE; while :; do sleep 1; done'

let airlock: LocalAirlock

beforeAll(async () => {
  airlock = await startLocalAirlock()
})
afterAll(() => airlock?.[Symbol.asyncDispose]())

describe('10. every job ends within its limits and leaves nothing', () => {
  it.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    ['never ends', 'sleep 600', brief, 'failed/agent-timeout'],
    ['is deaf to signals', undying, brief, 'failed/agent-timeout'],
    ['stops itself', 'kill -STOP $$', brief, 'failed/agent-timeout'],
    ['prints a gigabyte', 'head -c 1G /dev/zero; exit 0', { output: '8m' }, 'failed/output-limit'],
    ['prints without end', 'yes >&2', {}, 'failed/output-limit'],
    ['is a fork bomb', 'exec perl -e "while (1) { fork }"', { pids: 64, minutes: 0.05 }, 'failed/agent-timeout'],
    ['fills the disk with one file', 'head -c 1G /dev/zero >big', { disk: '32m' }, 'failed/disk-limit'],
    [
      'fills the disk with many',
      'for i in 1 2 3 4 5 6; do head -c 16M /dev/zero >~/$i; done; sleep 600',
      { disk: '64m' },
      'failed/disk-limit',
    ],
    ['deletes the workspace', 'rm -rf /workspace; rm -rf .git; exit 0', {}, 'failed/workspace-deleted'],
    ['exits with 1', 'echo half >half.md; exit 1', {}, 'failed/agent-failed'],
    ['kills itself', 'echo half >half.md; kill -9 $$', {}, 'failed/agent-crashed'],
    [
      'leaves daemons',
      `setsid -f sh -c '${undying}'; sh -c '${undying}' & echo x >x.md`,
      {},
      'published/branch-created',
    ],
    [
      'locks its own folders',
      'echo x >x.md; mkdir -p ~/a/b; touch ~/a/b/c; chmod 0 ~/a/b ~/a',
      {},
      'published/branch-created',
    ],
    ['does nothing', 'true', {}, 'no-changes/agent-changed-nothing'],
  ])('when the agent %s', async (_, line, limits, expected) => {
    // What no limit ended would outlive the test itself.
    const { end, request, branches } = await airlock.run({ command: shell(line), policy: { limits } })

    expect(end).toBe(expected)
    expect(await leftOfJob(airlock, request.id)).toEqual([])
    expect(branches).toHaveLength(expected.startsWith('published') ? 2 : 1)
  })

  it('when the agent takes all memory', async () => {
    const command = ['perl', '-e', 'my @all; push @all, "x" x 1048576 while 1']
    const { end, request, summary } = await airlock.run({ command, policy: { limits: { memory: '128m' } } })

    // Where no group holds it, a limit of the process does, and the process is told that there is no more.
    const isByGroup = summary.report.posture?.limits.memory.by.startsWith('cgroup')
    expect(end).toBe(isByGroup ? 'failed/memory-limit' : 'failed/agent-failed')
    expect(await leftOfJob(airlock, request.id)).toEqual([])
  })

  it.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    ['never ends', undying, brief, 'failed/setup-timeout'],
    ['prints without end', 'yes', { output: '8m' }, 'failed/output-limit'],
    ['fills the disk', 'head -c 1G /dev/zero >~/big', { disk: '32m' }, 'failed/disk-limit'],
    ['fails, and leaves daemons', `setsid -f sh -c '${undying}'; exit 3`, {}, 'failed/setup-failed'],
  ])('when setup %s', async (_, line, limits, expected) => {
    const { end, request } = await airlock.run({ command: ['true'], policy: { limits, setup: { run: [line] } } })

    expect(end).toBe(expected)
    expect(await leftOfJob(airlock, request.id)).toEqual([])
    // The key by which the store knows its own is no snapshot.
    expect((await readdir(airlock.folders.snapshots)).filter((name) => name !== '.key')).toEqual([])
  })

  it('when a person cancels it; and control: until then, its processes, groups and folders are found', async () => {
    const stop = new AbortController()
    const running = airlock.run({ command: ['sleep', '631'], signal: stop.signal })
    await runningProgram(airlock, ['sleep', '631'])
    const [jobId = ''] = await readdir(airlock.folders.jobs)

    const before = (await leftOfJob(airlock, jobId)).join('\n')
    stop.abort('by-person')
    const { end } = await running

    expect(end).toBe('cancelled/by-person')
    for (const found of [
      /process \d+: sleep 631/,
      // The forwarder to the broker.
      /process \d+: \/usr\/bin\/perl -e /,
      /\/jobs\//,
      /\/sandboxes\//,
      /\/sockets\//,
    ]) {
      expect(before).toMatch(found)
    }
    expect(await leftOfJob(airlock, jobId)).toEqual([])
  })
})

describe('10. no token outlives its job', () => {
  let world: World

  beforeAll(async () => {
    world = await startWorld()
    await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function ask(name: string, line: string): Promise<Asked> {
    const policy = { agent: 'command', command: shell(line), limits: { minutes: 0.05 } }
    return world.ask(await createHostileRepository(world, name, policy))
  }

  it('however it ended: none is live, and nothing is left on the host', async () => {
    const asked = await Promise.all([
      ask('done', 'echo x >x.md'),
      ask('failed', 'exit 1'),
      ask('endless', undying),
      ask('refused', 'ln -s /etc link'),
    ])
    for (const { jobId } of asked) await world.ended(jobId)

    const place = { folders: await prepareDataFolders(world.dataDir), sockets: world.temporary }
    const left = await Promise.all(asked.map(({ jobId }) => leftOfJob(place, jobId)))
    expect(left.flat()).toEqual([])
    expect(world.github.tokens.minted.length).toBeGreaterThan(10)
    expect(world.github.tokens.live()).toEqual([])
    expectKeptRules(world.github)
  })

  it('control: while a job publishes, its token is live and seen', async () => {
    const creating = world.github.hold({ method: 'POST', path: /\/git\/refs$/ }, 'before')
    const { jobId } = await ask('publishing', 'echo x >x.md')
    await creating.reached
    const live = world.github.tokens.live()
    creating.release()
    await world.ended(jobId)

    expect(live.map(({ permissions }) => permissions)).toContainEqual(expect.objectContaining({ contents: 'write' }))
    expect(world.github.tokens.live()).toEqual([])
  })
})
