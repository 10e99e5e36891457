import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngineClient } from '../../../worker/sandbox/container/engine-client.ts'
import { removeEngineImage } from '../../../worker/sandbox/container/remove-engine-image.ts'
import { runIn } from '../battery/sandbox-bench.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import { type ContainerBench, createContainerBench } from './container-bench.ts'

describe.each(['docker', 'podman'] as const)("an image's copy in %s", (kind) => {
  let bench: ContainerBench

  beforeAll(async () => {
    bench = await createContainerBench(kind)
  }, imageTimeoutMs)
  afterAll(() => bench[Symbol.asyncDispose]())

  it('stays while a sandbox uses it, goes when none does, and comes back with the next one', {
    timeout: imageTimeoutMs,
  }, async () => {
    const image = await bench.images.find('minimal')
    if (image === null) throw new TypeError('no image')
    const engine = createEngineClient(bench.socket)
    const remove = () => removeEngineImage(bench.socket, image)
    const isThere = () => engine.hasImage(`airlock/minimal:${image.digest}`)
    const { sandbox } = await bench.create()
    await runIn(sandbox, ['true'])

    const during = { removed: await remove(), isThere: await isThere() }
    await sandbox.destroy()
    const after = { removed: await remove(), isThere: await isThere(), again: await remove() }
    const next = await bench.create()
    await runIn(next.sandbox, ['true'])

    expect(during).toEqual({ removed: false, isThere: true })
    expect(after).toEqual({ removed: true, isThere: false, again: true })
    expect(await isThere()).toBe(true)
  })
})

it("an image's copy is nothing where no Engine listens", async () => {
  expect(await removeEngineImage('/nowhere/docker.sock', { name: 'minimal', digest: 'a'.repeat(64) })).toBe(true)
})
