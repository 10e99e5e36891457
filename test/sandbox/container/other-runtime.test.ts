import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, shell } from '../battery/sandbox-bench.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { type ContainerBench, createContainerBench } from './container-bench.ts'

const runsc = { path: '/usr/bin/runsc', runtimeArgs: ['--network=none', '--platform=ptrace', '--fsgofer-host-uds'] }

describe('class container on a Docker that has other runtimes', () => {
  let bench: ContainerBench

  beforeAll(async () => {
    bench = await createContainerBench('docker', { runsc })
  }, imageTimeoutMs)

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  it('runs a command under a runtime that is asked for by name, in a kernel that is not the host', async () => {
    await using sandbox = await bench.engineOn(bench.socket, 'runsc').create(await bench.spec())

    const run = await runIn(sandbox, shell('cat /proc/version; exit 3'))

    expect(run).toMatchObject({ ended: 'exited', exitCode: 3 })
    expect(run.out).not.toBe(await readFile('/proc/version', 'utf8'))
    expect(run.out).toMatch(/^Linux version/)
  })

  it('takes the end of a container before its command ran for a failure, not for the end of the command', async () => {
    const { sandbox } = await bench.create()

    await bench.engine.kill(sandbox.id)

    await expect(runIn(sandbox, ['true'])).rejects.toMatchObject({ name: 'SandboxError', code: 'start-failed' })
    expect((await runIn(sandbox, shell('echo again'))).out).toBe('again\n')
  })

  it('ends what runs when the Engine is gone, and does not say that nothing is left', async () => {
    const { sandbox, spec } = await bench.create()
    const beat = join(spec.workspace, 'beat')
    const running = runIn(sandbox, shell('while :; do echo . >> beat; sleep 0.02; done'))
    const lost = expect(running).rejects.toMatchObject({ name: 'SandboxError' })
    await expect.poll(() => readFile(beat, 'utf8').catch(() => '')).not.toBe('')

    process.kill(Number(await readFile(join(bench.folder, 'e', 'pid'), 'utf8')), 'SIGKILL')
    await lost
    const proof = await sandbox.destroy()

    expect(proof.processes).toBe(0)
    expect(proof.groups).toBeGreaterThan(0)
    const written = await readFile(beat, 'utf8')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await readFile(beat, 'utf8')).toBe(written)
  })
})
