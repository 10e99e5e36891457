import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { ask, startBroker } from '../battery/bridges.ts'
import { mebibyte, runIn, shell } from '../battery/sandbox-bench.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { type ContainerBench, createContainerBench } from './container-bench.ts'
import { describeMountSight } from './mount-sight.ts'
import { describeReaper, engineOf } from './reap-containers.ts'
import { testRemovedImage } from './remove-engine-image.ts'

const nothing = { processes: 0, mounts: 0, groups: 0 }
const sizeOf = async (path: string) => (await stat(path).catch(() => ({ size: 0 }))).size

async function growsStill(path: string): Promise<boolean> {
  const before = await sizeOf(path)
  await sleep(150)
  return (await sizeOf(path)) > before
}

/** Grows a file for as long as it lives, whatever signal it is sent, out of reach of its parent. */
const unkillable = `( trap '' HUP INT TERM; setsid sh -c "trap '' HUP INT TERM; while :; do echo . >> beat; sleep 0.01; done" </dev/null >/dev/null 2>&1 & )`

beforeAll(() => {
  // An operator's own habits must lead no sandbox to another Engine.
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:9')
  vi.stubEnv('DOCKER_CLIENT_TIMEOUT', '50')
})

afterAll(() => {
  vi.unstubAllEnvs()
})

describe.each(['docker', 'podman'] as const)('class container on %s', (kind) => {
  let bench: ContainerBench

  beforeAll(async () => {
    bench = await createContainerBench(kind)
  }, imageTimeoutMs)

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
    const mounts = await readFile('/proc/self/mountinfo', 'utf8')
    expect(mounts).not.toContain(bench.folder)
  })

  it('states a posture that fits the contract, from probes that found no hole', async () => {
    const posture = await bench.engine.posture()

    expect(postureSchema.parse(posture)).toEqual(posture)
    expect(posture).toMatchObject({
      isolation: 'container',
      engine: `${kind} runc`,
      hostReads: 'image',
      network: 'none',
    })
    expect(posture.limits).toMatchObject({ memory: { level: 'complete' }, pids: { level: 'complete' } })
    expect(posture.degraded.join()).toContain('no boundary between tenants')
  })

  it('runs commands one after the other, with input, streams, variables, exit codes and signals', async () => {
    const { sandbox, spec } = await bench.create()

    const first = await runIn(sandbox, shell('echo "$A"; echo oops >&2; id -un; pwd; touch made; exit 3'), {
      env: { A: 'b' },
    })
    const killed = await runIn(sandbox, shell('kill -SEGV $$'))
    const counted = await runIn(sandbox, ['wc', '-c'], { stdin: 'x'.repeat(300_000) })
    const unread = await runIn(sandbox, ['true'], { stdin: 'x'.repeat(300_000) })
    const missing = await runIn(sandbox, ['/no/such/program'])

    expect(first).toMatchObject({ ended: 'exited', exitCode: 3, out: 'b\nairlock\n/workspace\n', err: 'oops\n' })
    expect(killed).toMatchObject({ ended: 'exited', exitCode: null, signal: 'SIGSEGV' })
    // By the host kernel's own counters, however short the command was.
    for (const { devices } of [first, killed, unread]) expect(devices).toMatchObject([{ name: 'lo' }])
    expect(counted.out.trim()).toBe('300000')
    expect(unread).toMatchObject({ ended: 'exited', exitCode: 0, err: '' })
    expect(missing).toMatchObject({ ended: 'exited', exitCode: 127 })
    const owner = bench.engine.fileOwner(spec.jobId)
    expect((await stat(join(spec.workspace, 'made'))).uid).toBe(owner?.uid ?? process.getuid?.())
    expect(await sandbox.destroy()).toEqual(nothing)
    expect(await sandbox.destroy()).toEqual(nothing)
  })

  it('leaves nothing of a command for the next one: no process, no /tmp, no variable', async () => {
    const { sandbox, spec } = await bench.create()

    const started = shell(`${unkillable}; echo "$SECRET" > /tmp/kept; while [ ! -s beat ]; do sleep 0.01; done`)
    await runIn(sandbox, started, { env: { SECRET: 'canary' } })
    const alive = await growsStill(join(spec.workspace, 'beat'))
    const next = await runIn(sandbox, shell('ls -A /tmp; cat /proc/*/environ /proc/*/cmdline | grep -c "[c]anary"'))

    expect(await sizeOf(join(spec.workspace, 'beat'))).toBeGreaterThan(0)
    expect(alive).toBe(false)
    expect(next.out).toBe('0\n')
  })

  it('gives the Engine neither command nor variables to keep', async () => {
    const { sandbox } = await bench.create()
    const docker = engineOf(bench)

    const running = runIn(sandbox, shell('sleep 0.5; echo canary-on-the-command-line'), {
      env: { SECRET: 'canary-variable' },
    })
    const kept = JSON.stringify(await docker.getContainer(`airlock-${sandbox.id}`).inspect())
    const { out } = await running

    expect(kept).toContain(`airlock-${sandbox.id}`)
    expect(kept).not.toContain('canary')
    expect(out).toContain('canary')
  })

  it('ends what runs past its wall time, prints too much, fills memory or disk, or is cancelled', async () => {
    const cancelled = new AbortController()
    const endless = bench.once(shell(`${unkillable}; sleep 60`), {}, { signal: cancelled.signal, onOutput: () => {} })
    const wall = await bench.once(shell('trap "" TERM; while :; do :; done'), { wallMs: 1000 })
    const output = await bench.once(['cat', '/dev/zero'], { outputBytes: mebibyte })
    const memory = await bench.once(['perl', '-e', 'my $x = "x" x (200 << 20)'], { memoryBytes: 64 * mebibyte })
    const child = shell('perl -e \'my $x = "x" x (200 << 20)\'; sleep 20; echo unnoticed')
    const inChild = await bench.once(child, { memoryBytes: 64 * mebibyte })
    const disk = await bench.once(shell('exec head -c 100M /dev/zero > huge'), { diskBytes: 24 * mebibyte })
    cancelled.abort()

    const ends = [wall, output, memory, inChild, disk, await endless].map(({ ended }) => ended)
    expect(ends).toEqual(['wall-time', 'output', 'memory', 'memory', 'disk', 'cancelled'])
    expect(output.out.length).toBe(mebibyte)
    expect(inChild.out).toBe('')
  })

  it('outlives a fork bomb that leaves no room for any helper inside, and ends it', async () => {
    const { sandbox } = await bench.create({ pids: 40, wallMs: 2000 })

    const bomb = await runIn(sandbox, ['bash', '-c', 'bomb() { bomb | bomb & }; bomb; while :; do :; done'])
    const proof = await sandbox.destroy()

    expect(bomb.ended).toBe('wall-time')
    expect(proof).toEqual(nothing)
  })

  it('holds a command back while its reader is busy', async () => {
    const { sandbox, spec } = await bench.create({ outputBytes: 64 * mebibyte })
    const released = Promise.withResolvers<void>()
    let bytes = 0
    const line = 'i=0; while [ $i -lt 160 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i > progress; done'
    const running = runIn(sandbox, shell(line), {
      onOutput: async (chunk) => {
        await released.promise
        bytes += chunk.length
      },
    })

    await expect.poll(() => sizeOf(join(spec.workspace, 'progress'))).toBeGreaterThan(0)
    await sleep(700)
    const held = Number(await readFile(join(spec.workspace, 'progress'), 'utf8'))
    released.resolve()
    await running

    expect(held).toBeLessThan(120)
    expect(bytes).toBe(160 * 65_536)
  })

  it('destroys a sandbox while a command runs in it, and proves that nothing is left', async () => {
    const { sandbox, spec } = await bench.create()
    const running = runIn(sandbox, shell(`${unkillable}; sleep 60`))
    await expect.poll(() => sizeOf(join(spec.workspace, 'beat'))).toBeGreaterThan(0)

    const proof = await sandbox.destroy()

    expect(proof).toEqual(nothing)
    expect((await running).ended).toBe('cancelled')
    expect(await growsStill(join(spec.workspace, 'beat'))).toBe(false)
    await expect(runIn(sandbox, ['true'])).rejects.toMatchObject({ name: 'SandboxError' })
  })

  it("carries a command's very first connection to the broker, and nothing where there is none", async () => {
    using broker = await startBroker(bench, 'brokered00001')
    const { sandbox } = await bench.create({}, { jobId: 'brokered00001', brokerSocket: broker.path })

    const first = await runIn(sandbox, ask(3128, 'hello'))
    const second = await runIn(sandbox, ask(3128, 'again'))
    const without = await bench.once(ask(3128, 'hello'))

    expect([first.out, second.out]).toEqual(['HELLO', 'AGAIN'])
    expect(broker.met).toEqual(['hello', 'again'])
    expect(without.err).toContain('refused')
  })

  it('says what to do about a missing image, runtime or Engine', async () => {
    const spec = await bench.spec({}, { image: 'unbuilt' })
    const ask = (socket: string, runtime?: string) => bench.engineOn(socket, runtime).posture()

    await expect(bench.engine.create(spec)).rejects.toMatchObject({
      code: 'image-missing',
      message: expect.stringContaining('images build unbuilt'),
    })
    await expect(ask(bench.socket, 'no-such-runtime')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(ask('/no/such/socket')).rejects.toMatchObject({ code: 'unavailable' })
    expect(await bench.engineOn('/no/such/socket').list()).toEqual(expect.any(Array))
  })

  // On the same Engine, because starting one and bringing it the image takes longer than most of what is asked of it.
  describeReaper(() => bench)
  describeMountSight(() => bench)
  testRemovedImage(() => bench)
})
