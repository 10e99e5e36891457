import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuditLogs } from '../../worker/audit/create-audit-logs.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import type { RecordedContent } from '../../worker/audit/withhold-content.ts'
import { requestOf } from '../pipeline/fakes.ts'

const canary = 'CANARY-ümlaut'
const digest = { sha256: createHash('sha256').update(canary).digest('hex'), bytes: Buffer.byteLength(canary) }
const whole = { sha256: 'f'.repeat(64), bytes: 9_000_000 }

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'airlock-audit-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Every kind of entry that has what was asked or said in it. */
async function recordWith(content: RecordedContent) {
  const log = await createAuditLogs({ dir, now: () => 1_700_000_000_000, content }).open('job0000001', 1)
  const request = requestOf()
  const subject = { kind: 'issue', number: 7, title: canary }
  log.append('job', { request: { ...request, subject, task: { ...request.task, text: canary } } })
  log.append('prompt', { task: canary, prompt: canary, digest: request.task.digest, removed: [] })
  log.append('model', {
    ...{ provider: 'anthropic', status: 200, request: canary, response: canary },
    ...{ requestDigest: whole, responseDigest: digest },
  })
  log.append('agent', { kind: 'text', text: canary })
  log.append('agent', { kind: 'tool', name: 'Bash', detail: canary })
  log.append('agent', { kind: 'error', message: canary })
  log.append('process', { kind: 'exec', detail: 'npm test' })
  const { path, head } = await log.seal()
  expect(await verifyRecord(path, head)).toMatchObject({ ok: true })
  const text = await readFile(path, 'utf8')
  const entries = text.trimEnd().split('\n')
  return { text, data: entries.map((line): unknown => Reflect.get(Object(JSON.parse(line)), 'data')) }
}

describe('what a record keeps of prompts and outputs', () => {
  it('is all of it', async () => {
    const { text, data } = await recordWith('full')

    expect(text.split(canary)).toHaveLength(10)
    expect(data[0]).not.toHaveProperty('content')
  })

  it('is SHA-256 and length of each, of the whole where only a part was kept', async () => {
    const { text, data } = await recordWith('digest')

    expect(text).not.toContain('CANARY')
    expect(data).toMatchObject([
      { content: 'digest', request: { task: { textDigest: digest }, subject: { number: 7, titleDigest: digest } } },
      { taskDigest: digest, promptDigest: digest, removed: [] },
      { provider: 'anthropic', status: 200, requestDigest: whole, responseDigest: digest },
      { kind: 'text', textDigest: digest },
      { kind: 'tool', name: 'Bash', detailDigest: digest },
      { kind: 'error', messageDigest: digest },
      { detail: 'npm test' },
      {},
    ])
  })

  it('is nothing, and what was done is there all the same', async () => {
    const { text, data } = await recordWith('none')

    expect(text).not.toContain('CANARY')
    expect(text).not.toContain(digest.sha256)
    expect(text).not.toContain(whole.sha256)
    expect(data).toMatchObject([
      { content: 'none', request: { task: { digest: requestOf().task.digest } } },
      { digest: requestOf().task.digest },
      { provider: 'anthropic', status: 200 },
      { kind: 'text' },
      { name: 'Bash' },
      { kind: 'error' },
      { detail: 'npm test' },
      {},
    ])
  })
})
