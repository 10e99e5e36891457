import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { findByArgument } from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark, sandboxStateSchema } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'
import { builtImage, imageTimeoutMs } from '../images/built-image.ts'
import { createGvisorBench } from './gvisor-bench.ts'

const abandon = fileURLToPath(new URL('./abandon-gvisor.ts', import.meta.url))

describe('the reaper of class gvisor', () => {
  let bench: SandboxBench

  beforeAll(async () => {
    bench = await createGvisorBench()
  }, imageTimeoutMs)

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  it('removes what a worker that was killed left, two of them at once, and nothing of a living one', async () => {
    const image = await (await builtImage('minimal')).find('minimal')
    const imagesDir = dirname(dirname(image?.folder ?? '/'))
    const argv = [process.execPath, abandon, bench.folder, 'abandoned001', imagesDir]
    const worker = spawnProcess(argv, { env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] })
    if (worker.stdout === null) throw new TypeError('no output')
    const id = z
      .instanceof(Buffer)
      .parse((await once(worker.stdout, 'data'))[0])
      .toString()
      .trim()
    const stateFile = join(bench.runDir, 'sandboxes', id, 'state.json')
    const state = sandboxStateSchema.parse(JSON.parse(await readFile(stateFile, 'utf8')))
    const before = await findByArgument(sandboxMark(id))
    const { sandbox } = await bench.create()
    worker.kill('SIGKILL')
    await once(worker, 'exit')

    const spared = await bench.engine.reap((jobId) => jobId === 'abandoned001')
    const reaped = await Promise.all([bench.engine.reap(() => false), bench.engine.reap(() => false)])

    expect(before.length).toBeGreaterThan(2)
    expect(spared).toBe(0)
    expect(Math.max(...reaped)).toBe(1)
    expect(await findByArgument(sandboxMark(id))).toEqual([])
    expect([stateFile, ...state.groups].filter((path) => existsSync(path))).toEqual([])
    expect((await bench.engine.list()).map((listing) => listing.id)).toEqual([sandbox.id])
    expect((await runIn(sandbox, shell('echo alive'))).out).toBe('alive\n')
  }, 30_000)
})
