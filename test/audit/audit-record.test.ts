import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuditLogs } from '../../worker/audit/create-audit-logs.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'airlock-audit-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function writeRecord(): Promise<{ path: string; head: string; lines: string[] }> {
  const log = await createAuditLogs({ dir, now: () => 1_700_000_000_000 }).open('job0000001', 1)
  log.append('job', { id: 'job0000001' })
  log.append('step', { name: 'prepare' })
  log.append('step', { name: 'clone', note: 'line\nbreak \u001b[31m and {"json":1}' })
  log.append('outcome', { outcome: 'published' })
  const { path, head } = await log.seal()
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  return { path, head, lines }
}

async function verifyLines(lines: readonly string[]) {
  const path = join(dir, 'changed.jsonl')
  await writeFile(path, lines.map((line) => `${line}\n`).join(''))
  return verifyRecord(path)
}

describe('audit record', () => {
  it('verifies what was written and names its head', async () => {
    const { path, head, lines } = await writeRecord()

    const verification = await verifyRecord(path, head)

    expect(verification).toEqual({ ok: true, entries: 5, head })
    expect(lines).toHaveLength(5)
  })

  it('names the line that was flipped', async () => {
    const { lines } = await writeRecord()
    const flipped = lines.map((line, index) => (index === 1 ? line.replace('prepare', 'publish') : line))

    expect(await verifyLines(flipped)).toMatchObject({ ok: false, line: 2 })
  })

  it('names the line after one that was deleted', async () => {
    const { lines } = await writeRecord()

    expect(await verifyLines(lines.filter((_, index) => index !== 2))).toMatchObject({ ok: false, line: 3 })
  })

  it('names the first of two lines that changed places', async () => {
    const { lines } = await writeRecord()
    const [first, second, third, ...rest] = lines
    if (first === undefined || second === undefined || third === undefined) throw new Error('record too short')

    expect(await verifyLines([first, third, second, ...rest])).toMatchObject({ ok: false, line: 2 })
  })

  it('notices that the end was cut off', async () => {
    const { lines } = await writeRecord()

    expect(await verifyLines(lines.slice(0, -1))).toMatchObject({ ok: false, line: 5 })
    expect(await verifyLines([])).toMatchObject({ ok: false, line: 1 })
  })

  it('notices a line added behind the closing entry', async () => {
    const { lines } = await writeRecord()

    expect(await verifyLines([...lines, lines[0] ?? ''])).toMatchObject({ ok: false, line: 6 })
  })

  it('notices a consistent record that is not the one whose hash was shown', async () => {
    const { path, lines } = await writeRecord()
    const shown: string = JSON.parse(lines[2] ?? '').hash

    expect(await verifyRecord(path, shown)).toMatchObject({ ok: true })
    expect(await verifyRecord(path, 'f'.repeat(64))).toMatchObject({ ok: false, line: 5 })
  })

  it('never writes over the record of an earlier attempt', async () => {
    await writeRecord()

    await expect(createAuditLogs({ dir, now: () => 0 }).open('job0000001', 1)).rejects.toMatchObject({ code: 'EEXIST' })
  })
})
