import { expect, it } from 'vitest'
import { createEngineClient } from '../../../worker/sandbox/container/engine-client.ts'
import { removeEngineImage } from '../../../worker/sandbox/container/remove-engine-image.ts'
import { runIn } from '../battery/sandbox-bench.ts'
import { imageTimeoutMs } from '../images/built-image.ts'
import type { ContainerBench } from './container-bench.ts'

/** The copy of an image, on an Engine of which others have used their part before. */
export function testRemovedImage(benchOf: () => ContainerBench): void {
  it("has an image's copy that stays while a sandbox uses it, goes when none does, and comes back with the next one", {
    timeout: imageTimeoutMs,
  }, async () => {
    const bench = benchOf()
    // What others have left uses it too.
    await bench.destroyAll()
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
}
