import { beforeAll, describe, expect, it } from 'vitest'
import { runCases, type Verdict } from '../battery/start-battery.ts'
import { ownCases } from './own-cases.ts'

const names = ownCases.map(({ name }) => name)

describe('a stored snapshot that a worker shows which is not root', () => {
  let verdicts: ReadonlyMap<string, Verdict> | undefined

  beforeAll(async () => {
    verdicts = await runCases('an ordinary user', new URL('run-own-cases.ts', import.meta.url))
  })

  it.each(names)('%s', (name) => {
    const verdict = verdicts?.get(name)

    expect(verdict).toBeDefined()
    expect(verdict?.seen).toEqual(verdict?.expected)
  })
})
