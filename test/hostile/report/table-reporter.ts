import type { Reporter } from 'vitest/node'
import { allCases } from '../parts.ts'
import { columnsDir, readColumns, removeColumns } from './column.ts'
import { formatTable } from './format-table.ts'

/** Prints the table when all engines are through. */
export default class TableReporter implements Reporter {
  async onInit(): Promise<void> {
    await removeColumns()
  }

  async onTestRunEnd(): Promise<void> {
    const columns = await readColumns()
    if (columns.length === 0) return
    process.stdout.write(`\n${formatTable(allCases, columns)}\n\nAs JSON: ${columnsDir}\n`)
  }
}
