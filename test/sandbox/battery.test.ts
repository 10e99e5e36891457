import { beforeAll, describe, expect, it } from 'vitest'
import { attacks } from './battery/attacks.ts'
import { bombs } from './battery/bombs.ts'
import { bridges } from './battery/bridges.ts'
import { lifetimes } from './battery/lifetimes.ts'
import { processors } from './battery/processors.ts'
import { records } from './battery/records.ts'
import { startBattery, users, type Verdict } from './battery/start-battery.ts'

const cases = [...attacks, ...lifetimes, ...bombs, ...bridges, ...records, ...processors].map(({ name }) => name)
const runs = new Map(users.map((user) => [user, startBattery(user)]))

describe.each(users)('a sandbox of class process, made by %s', (user) => {
  let verdicts: ReadonlyMap<string, Verdict> | undefined

  beforeAll(async () => {
    verdicts = await runs.get(user)
  }, 180_000)

  it.each(cases)('%s', (name) => {
    const verdict = verdicts?.get(name)

    expect(verdict).toBeDefined()
    expect(verdict?.seen).toEqual(verdict?.expected)
  })
})
