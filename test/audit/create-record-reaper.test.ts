import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRecordReaper } from '../../worker/audit/create-record-reaper.ts'

const day = 24 * 3_600_000

it('removes records whose time is over, and leaves younger ones and what is no record', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'airlock-audit-'))
  try {
    let now = Date.UTC(2026, 10, 29)
    const files = { 'job0000001-1.jsonl': 31, 'job0000001-2.jsonl': 29, 'notes.jsonl': 400 }
    for (const [name, age] of Object.entries(files)) {
      await writeFile(join(dir, name), '{}\n')
      await utimes(join(dir, name), new Date(now - age * day), new Date(now - age * day))
    }
    const reaper = createRecordReaper({ dir, days: 30, now: () => now })

    expect(await reaper.reap()).toBe(1)
    expect((await readdir(dir)).toSorted()).toEqual(['job0000001-2.jsonl', 'notes.jsonl'])

    now += 2 * day
    expect(await reaper.reap()).toBe(1)
    expect(await readdir(dir)).toEqual(['notes.jsonl'])
  } finally {
    await rm(dir, { recursive: true })
  }
})
