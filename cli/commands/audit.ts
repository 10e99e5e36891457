import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type AuditEntry, auditEntrySchema } from '../../worker/audit/audit-record.ts'
import { readRecord } from '../../worker/audit/read-record.ts'
import { type Verification, verifyRecord } from '../../worker/audit/verify-record.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'

const right = 'airlock audit verify FILE'

export const audit: Command = {
  help: `
usage: airlock audit show FILE             what happened, a line an entry
       airlock audit verify FILE [--head HASH] [--json]
                                           names the first bad line; --head: the record must have the entry with this
                                           hash, which the pull request shows
       airlock audit export FILE           verifies, then prints the record as one JSON document

examples:
  airlock audit verify /var/lib/airlock/audit/k3v9x0q2mf-1.jsonl
  airlock audit verify record.jsonl --head 5d1f…

exit status: 0 the record is whole · 1 it is not · 2 wrong usage`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(
      args,
      { head: { type: 'string' }, json: { type: 'boolean' } },
      right,
    )
    const [verb, file, ...more] = positionals
    if (verb === undefined || file === undefined || more.length > 0)
      throw new UsageError('a verb and one file are needed', right)
    const path = resolve(io.cwd, file)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
      throw new UsageError(`there is no file ${file}`, right)
    if (verb === 'verify') return printVerification(await verifyRecord(path, values.head), values.json === true, io)
    if (verb === 'show') return show(path, io)
    if (verb === 'export') return exportRecord(path, io)
    throw new UsageError(`there is no verb ${verb}`, right)
  },
}

function printVerification(verification: Verification, json: boolean, io: Io): number {
  if (json) io.stdout(`${JSON.stringify(verification)}\n`)
  else if (verification.ok) io.stdout(`whole: ${verification.entries} entries, head ${verification.head}\n`)
  else io.stdout(`line ${verification.line} ${verification.why}\n`)
  return verification.ok ? 0 : 1
}

async function show(path: string, io: Io): Promise<number> {
  for await (const line of readRecord(path)) {
    const entry = auditEntrySchema.safeParse(line)
    io.stdout(entry.success ? `${describe(entry.data)}\n` : '(not an entry)\n')
  }
  return 0
}

/** JSON escapes control characters, so nothing in a record acts on the terminal that shows it. */
function describe(entry: AuditEntry): string {
  const data = JSON.stringify(entry.data).replace(/[\u007f-\u009f]/g, '')
  return `${entry.at} ${entry.kind.padEnd(10)} ${data.length > 300 ? `${data.slice(0, 300)}…` : data}`
}

async function exportRecord(path: string, io: Io): Promise<number> {
  const verification = await verifyRecord(path)
  if (!verification.ok) return printVerification(verification, false, io)
  const entries = await Array.fromAsync(readRecord(path))
  io.stdout(`${JSON.stringify({ head: verification.head, entries })}\n`)
  return 0
}
