/** Holds a change that is too large for a person to have seen all of it. Pure. */
import { Buffer } from 'node:buffer'
import type { Finding } from '../contract/index.ts'
import type { Gate } from '../pipeline/ports/index.ts'
import { type ChangedFile, viewChange } from './change/view-change.ts'
import { createFinding } from './create-finding.ts'

/** What GitHub shows of a pull request at most; the rest of the diff is left out, and so is unseen. */
export const sizeLimits = { files: 300, lines: 20_000, bytes: 1_000_000, fileBytes: 500_000 } as const

const mend = 'GitHub does not show such a diff in full. Split the change, or have a person look at all of it.'

export const sizeGate: Gate = {
  name: 'size',
  check({ changeSet }) {
    const files = viewChange(changeSet)
    const bytes = files.map(changedBytes)
    const total = bytes.reduce((sum, size) => sum + size, 0)
    const lines = files.reduce((sum, file) => sum + file.added.length, 0)
    const findings: Finding[] = files
      .filter((_file, index) => (bytes[index] ?? 0) > sizeLimits.fileBytes)
      .map((file) => sizeFinding('large-file', file.path, `This file adds more than ${sizeLimits.fileBytes} bytes.`))
    if (files.length > sizeLimits.files)
      findings.push(sizeFinding('many-files', null, `The change touches ${files.length} files.`))
    if (lines > sizeLimits.lines) findings.push(sizeFinding('many-lines', null, `The change adds ${lines} lines.`))
    if (total > sizeLimits.bytes) findings.push(sizeFinding('many-bytes', null, `The change adds ${total} bytes.`))
    return findings
  },
}

/** Bytes of the lines that are new, or of the whole file where it has no lines. */
function changedBytes({ after, added }: ChangedFile): number {
  if (after === null) return 0
  if (after.text === null) return after.content.length
  return added.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0)
}

function sizeFinding(rule: string, path: string | null, what: string): Finding {
  return createFinding({ gate: 'size', rule, severity: 'hold', path, line: null, message: `${what} ${mend}` })
}
