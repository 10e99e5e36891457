import { beforeAll, describe, expect, it } from 'vitest'
import { runCases, users } from '../battery/start-battery.ts'
import { builtImage, imageTimeoutMs } from '../images/built-image.ts'

beforeAll(async () => {
  await builtImage('minimal')
}, imageTimeoutMs)

describe.each(users)('a stored snapshot that a worker shows which is %s', (user) => {
  it('is seen in gvisor, and is not changed from there; and control: what was changed is seen outside', async () => {
    const verdict = (await runCases(user, new URL('run-shown.ts', import.meta.url))).get('shown')

    expect(verdict).toBeDefined()
    expect(verdict?.seen).toEqual(verdict?.expected)
  })
})
