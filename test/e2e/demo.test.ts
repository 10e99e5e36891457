import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readRecord } from '../../worker/audit/read-record.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))

it('takes a label to a pull request that mends the library, with a real agent on the real wire format', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [entry, 'demo'], { timeout: 300_000 })

  expect(stdout).toContain('draft pull request #2: airlock/issue-1-')
  expect(stdout).toContain('Closes #1.')
  expect(stdout).toMatch(/^\+.*\[A-Za-z\]:/m)
  expect(stdout).toMatch(/before the change: fail \(exit 1\)\n +after the change: {2}pass/)
  const record = /^record +(\S+)$/m.exec(stdout)?.[1] ?? ''
  const shown = /--head ([0-9a-f]{64})/.exec(stdout)?.[1] ?? ''
  expect(await verifyRecord(record, shown)).toMatchObject({ ok: true })
  const told = z
    .array(z.object({ kind: z.string(), data: z.looseObject({}) }))
    .parse(await Array.fromAsync(readRecord(record)))
  const tools = told.filter(({ kind, data }) => kind === 'agent' && data.kind === 'tool').map(({ data }) => data.name)
  expect(tools).toEqual(expect.arrayContaining(['read', 'edit', 'bash']))
}, 310_000)
