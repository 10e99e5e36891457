import { expect, it } from 'vitest'
import { rememberGranted } from '../../worker/github/remember-granted.ts'
import { never } from './mock-github.ts'

it('what an installation was granted is asked once in five minutes, of each for itself', async () => {
  const asked: number[] = []
  let now = 0
  const granted = rememberGranted(
    async (installationId) => {
      asked.push(installationId)
      return { checks: installationId === 1 ? 'write' : 'read' }
    },
    () => now,
  )

  for (const installationId of [1, 1, 2]) await granted(installationId, never)
  expect(asked).toEqual([1, 2])
  expect(await granted(2, never)).toEqual({ checks: 'read' })

  now = 300_001
  await granted(1, never)
  expect(asked).toEqual([1, 2, 1])
})
