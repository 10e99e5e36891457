import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type EngineName, engineNames } from '../engines.ts'
import { cells } from '../hostile-case.ts'
import { judgeCell } from '../judge-cell.ts'
import { allCases } from '../parts.ts'
import type { SuiteResult } from '../suite/start-suite.ts'

/** One JSON file per engine, for other programs and for the table at the end. */
export const columnsDir = fileURLToPath(new URL('../../../.airlock/hostile', import.meta.url))

const columnSchema = z.strictObject({
  engine: z.enum(engineNames),
  /** Why there is no such engine here; null if there is. */
  unavailable: z.string().nullable(),
  /** Milliseconds that the suite took. */
  durationMs: z.number(),
  cases: z.array(z.strictObject({ name: z.string(), cell: z.enum(cells), detail: z.string() })),
})
export type Column = z.infer<typeof columnSchema>

export async function writeColumn(engine: EngineName, result: SuiteResult): Promise<void> {
  const column: Column = {
    engine,
    unavailable: result.unavailable,
    durationMs: result.durationMs,
    cases: allCases.flatMap(({ name }) => {
      const finding = result.findings.get(name)
      return finding === undefined ? [] : [{ name, cell: judgeCell(engine, finding), detail: finding.detail }]
    }),
  }
  await mkdir(columnsDir, { recursive: true })
  await writeFile(join(columnsDir, `${engine}.json`), `${JSON.stringify(column, null, 2)}\n`)
}

/** In the order of the table. */
export async function readColumns(): Promise<readonly Column[]> {
  const names = (await readdir(columnsDir).catch(() => [])).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map((name) => readFile(join(columnsDir, name), 'utf8')))
  const columns = texts.map((text) => columnSchema.parse(JSON.parse(text)))
  return engineNames.flatMap((engine) => columns.filter((column) => column.engine === engine))
}

export async function removeColumns(): Promise<void> {
  await rm(columnsDir, { recursive: true, force: true })
}
