import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildEnvironment } from '../sandbox/images/build-options.ts'
import type { EngineName } from './engines.ts'
import { judgeCell } from './judge-cell.ts'
import { allCases } from './parts.ts'
import { writeColumn } from './report/column.ts'
import { type SuiteResult, startSuite } from './suite/start-suite.ts'

const suiteTimeoutMs = 1_800_000

/** One engine's column of the table: every case is a test. */
export function describeEngine(engine: EngineName): void {
  describe(`the hostile suite on ${engine}`, { retry: 0 }, () => {
    let result: SuiteResult | undefined

    beforeAll(async () => {
      result = await startSuite(engine, suiteEnvironment())
    }, suiteTimeoutMs)

    afterAll(async () => {
      if (result !== undefined) await writeColumn(engine, result)
    })

    it.for(allCases)('$name: $attack', ({ name, notEverywhere = false }, context) => {
      // Where an engine cannot be had its remedy is named; only CI has to have them all.
      if (result?.unavailable != null && process.env.CI !== 'true') context.skip(result.unavailable)

      const finding = result?.findings.get(name)
      const cell =
        finding === undefined ? (result?.unavailable ?? `no finding: ${result?.errors}`) : judgeCell(engine, finding)

      const shown = notEverywhere || result?.asRoot === false
      expect(cell, finding?.detail).toBeOneOf(['blocked', 'not claimed', ...(shown ? ['no control'] : [])])
    })
  })
}

/** An image may have to be built. */
function suiteEnvironment(): Record<string, string> {
  return { ...buildEnvironment(), HOSTILE_MEASURED: process.env.HOSTILE_MEASURED ?? '' }
}
