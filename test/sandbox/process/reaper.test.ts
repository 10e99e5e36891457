import { once } from 'node:events'
import { access, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'
import { findByArgument } from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark, sandboxStateSchema } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { createSandboxBench, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'

const abandon = fileURLToPath(new URL('./abandon-sandbox.ts', import.meta.url))

describe('the reaper', () => {
  let bench: SandboxBench

  beforeAll(async () => {
    bench = await createSandboxBench()
  })

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  /** A worker of its own starts an endless command and is killed with -9 in the middle of it. */
  async function killWorker(jobId: string) {
    const { workspace, home } = await bench.spec({}, { jobId })
    const worker = spawnProcess([process.execPath, abandon, bench.runDir, jobId, workspace, home], {
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (worker.stdout === null) throw new TypeError('no output')
    const [chunk] = await once(worker.stdout, 'data')
    const id = z.instanceof(Buffer).parse(chunk).toString().trim()
    const state = sandboxStateSchema.parse(
      JSON.parse(await readFile(join(bench.runDir, 'sandboxes', id, 'state.json'), 'utf8')),
    )
    const before = await findByArgument(sandboxMark(id))
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    return { id, state, before, beat: join(workspace, 'beat') }
  }

  const reaperOf = () =>
    createProcessEngine({ runDir: bench.runDir, hostTools: [], images: createImageStore(bench.runDir), now: Date.now })
  const states = async () => readdir(join(bench.runDir, 'sandboxes'))
  const there = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  it('removes what a worker that was killed left: processes, groups, files', async () => {
    const { id, state, before, beat } = await killWorker('abandoned001')

    const reaped = await reaperOf().reap(() => false)

    expect(before.length).toBeGreaterThan(0)
    expect(reaped).toBe(1)
    expect(await findByArgument(sandboxMark(id))).toEqual([])
    expect(await states()).not.toContain(id)
    expect(await Promise.all(state.groups.map(there))).toEqual(state.groups.map(() => false))
    const { size } = await stat(beat)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect((await stat(beat)).size).toBe(size)
  })

  it('has no processes to remove, because they died with their worker', async () => {
    const { id } = await killWorker('abandoned002')

    await expect.poll(() => findByArgument(sandboxMark(id)), { timeout: 5000 }).toEqual([])
    await reaperOf().reap(() => false)
  })

  it('knows whose worker lives, and kills by id what a dead or a living one has', async () => {
    const { id } = await killWorker('abandoned004')
    const { sandbox } = await bench.create()
    const engine = reaperOf()

    const listed = await engine.list()
    const started = Promise.withResolvers<void>()
    const running = runIn(sandbox, shell('echo started; sleep 60'), { onOutput: () => started.resolve() })
    await started.promise
    const killed = [await engine.kill(id), await engine.kill(sandbox.id), await engine.kill('nobody')]

    expect(listed.map((entry) => [entry.id, entry.live])).toEqual(
      expect.arrayContaining([
        [id, false],
        [sandbox.id, true],
      ]),
    )
    expect(killed).toEqual([true, true, false])
    expect((await running).exitCode).not.toBe(0)
    expect(await findByArgument(sandboxMark(sandbox.id))).toEqual([])
    expect((await engine.list()).map((entry) => entry.id)).not.toContain(id)
    await sandbox.destroy()
  })

  it('leaves alone what belongs to a job that is worked on, and what a living worker has', async () => {
    const { id } = await killWorker('abandoned003')
    const { sandbox } = await bench.create()

    const reaped = await reaperOf().reap((jobId) => jobId === 'abandoned003')

    expect(reaped).toBe(0)
    expect(await states()).toEqual(expect.arrayContaining([id, sandbox.id]))
    expect((await runIn(sandbox, shell('echo alive'))).out).toBe('alive\n')
    expect(await reaperOf().reap(() => false)).toBe(1)
  })

  it('removes the groups of a worker that was killed and whose folder is lost, two at once, and none of a living one', async () => {
    const { id, state } = await killWorker('abandoned006')
    const { sandbox } = await bench.create()
    const living = sandboxStateSchema.parse(
      JSON.parse(await readFile(join(bench.runDir, 'sandboxes', sandbox.id, 'state.json'), 'utf8')),
    )
    await rm(join(bench.runDir, 'sandboxes', id), { recursive: true })
    await expect.poll(() => findByArgument(sandboxMark(id)), { timeout: 5000 }).toEqual([])

    // The kernel lets go of dead processes slowly.
    const reap = async () => {
      await Promise.all([reaperOf().reap(() => false), reaperOf().reap(() => false)])
      return Promise.all(state.groups.map(there))
    }

    await expect.poll(reap, { timeout: 10_000 }).toEqual(state.groups.map(() => false))
    expect(await Promise.all(living.groups.map(there))).toEqual(living.groups.map(() => true))
    expect((await runIn(sandbox, shell('echo alive'))).out).toBe('alive\n')
  })

  it('does no harm when two run at once', async () => {
    const left = [await killWorker('abandoned004'), await killWorker('abandoned005')]

    await Promise.all([reaperOf().reap(() => false), reaperOf().reap(() => false)])

    const kept = await states()
    for (const { id } of left) expect(kept).not.toContain(id)
  })
})
