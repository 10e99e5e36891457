import { beforeAll, describe, expect, it } from 'vitest'
import { runCases, users, type Verdict } from '../sandbox/battery/start-battery.ts'
import { shownCases } from './shown-snapshot/shown-cases.ts'

const names = shownCases.map(({ name }) => name)

describe.each(users)('a snapshot that jobs share, of a worker that is %s,', (user) => {
  let verdicts: ReadonlyMap<string, Verdict> | undefined

  beforeAll(async () => {
    verdicts = await runCases(user, new URL('shown-snapshot/run-shown-cases.ts', import.meta.url))
  }, 600_000)

  it.each(names)('%s', (name) => {
    const verdict = verdicts?.get(name)

    expect(verdict).toBeDefined()
    expect(verdict?.seen).toEqual(verdict?.expected)
  })
})
