import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'
import { createSandboxBench, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'

describe('the engine of class process', () => {
  let bench: SandboxBench

  beforeAll(async () => {
    bench = await createSandboxBench()
  })

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  it('states a posture that fits the contract', async () => {
    const posture = await bench.engine.posture()

    expect(postureSchema.parse(posture)).toEqual(posture)
    expect(posture).toMatchObject({ isolation: 'process', network: 'none', dns: 'none', hostReads: 'listed' })
    expect(posture.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(posture.degraded.join()).toContain('no boundary between tenants')
  })

  it('refuses an image that it does not have', async () => {
    const spec = await bench.spec({}, { image: 'base' })

    await expect(bench.engine.create(spec)).rejects.toMatchObject({ name: 'SandboxError', code: 'image-missing' })
  })

  it.each([
    [{ tools: [{ name: '../../etc', path: '/usr' }] }],
    [{ tools: [{ name: '-x', path: '/usr' }] }],
    [{ workspace: 'relative' }],
    [{ home: '/home\0--bind' }],
    [
      {
        tools: [
          { name: 'a', path: '/usr' },
          { name: 'a', path: '/usr' },
        ],
      },
    ],
  ])('refuses what would be mounted elsewhere than it says: %j', async (more) => {
    const spec = await bench.spec({}, more)

    await expect(bench.engine.create(spec)).rejects.toThrow(TypeError)
  })

  it('tells what failed when a sandbox cannot be built, and leaves nothing of it', async () => {
    const spec = await bench.spec({}, { tools: [{ name: 'gone', path: '/no/such/folder' }] })

    const made = bench.engine.create(spec).then((sandbox) => runIn(sandbox, ['true']))

    await expect(made).rejects.toMatchObject({ name: 'SandboxError', code: 'start-failed' })
  })

  it('shows tools read-only under their names', async () => {
    const { sandbox } = await bench.create({}, { tools: [{ name: 'docs', path: '/usr/share/doc' }] })

    const run = await runIn(
      sandbox,
      shell('test -d /opt/airlock/docs/bash && touch /opt/airlock/docs/x || echo closed'),
    )

    expect(run.out).toBe('closed\n')
  })

  it('works from a folder that nobody else may enter, and mounts nothing on the host for it', async () => {
    const locked = await mkdtemp('/tmp/airlock-locked-')
    await chmod(locked, 0o700)
    const engine = createProcessEngine({
      runDir: join(locked, 'run'),
      hostTools: [],
      images: createImageStore(locked),
      now: Date.now,
    })
    try {
      const { workspace, home } = await bench.spec({}, { jobId: 'lockedjob001' })
      await using sandbox = await engine.create(await bench.spec({}, { jobId: 'lockedjob001', workspace, home }))

      const run = await runIn(sandbox, shell('touch written; cat /proc/self/status | grep -c "^NoNewPrivs:.*1"'))

      expect(run).toMatchObject({ ended: 'exited', exitCode: 0, out: '1\n' })
      expect(run.processes.map(({ detail }) => detail.split(' ')[0])).toContain('touch')
      expect(await readFile(join(workspace, 'written'), 'utf8')).toBe('')
      // Others mount things here at the same time; none of theirs lies in this folder or names this job.
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toMatch(new RegExp(`${locked}|lockedjob001`))
    } finally {
      await rm(locked, { recursive: true })
    }
  })
})

describe('the host user of a job', () => {
  it('is the same for every attempt, and far from real accounts', () => {
    const ids = Array.from({ length: 500 }, () => randomBytes(8).toString('hex'))

    for (const id of ids) {
      const { uid, gid } = hostUser(id)
      expect(uid).toBe(gid)
      expect(uid).toBeGreaterThanOrEqual(600_000)
      expect(uid).toBeLessThanOrEqual(665_535)
      expect(hostUser(id)).toEqual({ uid, gid })
    }
    expect(new Set(ids.map((id) => hostUser(id).uid)).size).toBeGreaterThan(490)
  })
})
