import { expect, it } from 'vitest'
import { removeEngineImage } from '../../../worker/sandbox/container/remove-engine-image.ts'

it("an image's copy is nothing where no Engine listens", async () => {
  expect(await removeEngineImage('/nowhere/docker.sock', { name: 'minimal', digest: 'a'.repeat(64) })).toBe(true)
})
