import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuditEntry, auditEntrySchema } from '../../worker/audit/audit-record.ts'
import { readRecord } from '../../worker/audit/read-record.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import { type ModelSink, realKey, sendJson, startModelSink } from '../broker/model-sink.ts'
import { type LocalAirlock, type LocalEnd, startLocalAirlock } from '../invariants/local-airlock.ts'

const secret = 'a-secret-of-setup-4711'
const task = 'Say it twice'
/** Tries a host that no policy lists, as any program does, by the proxy of its environment. */
const triesHost = 'node -e "fetch(\'http://denied.example/\').catch(() => {})"'
/** A program that a program starts. */
const startsAnother = 'perl -e \'system("true", "of-the-agent")\''

let model: ModelSink
let airlock: LocalAirlock
let ended: LocalEnd
let entries: AuditEntry[]

beforeAll(async () => {
  const usage = { input_tokens: 11, output_tokens: 7 }
  model = await startModelSink((_request, response) => sendJson(response, { answer: 'of the model', usage }))
  airlock = await startLocalAirlock({ settings: { ANTHROPIC_API_KEY: realKey, ANTHROPIC_BASE_URL: model.url } })
  const agent = `${startsAnother}; ${triesHost}; node tools/ask-model.ts; mkdir .husky; echo x >.husky/pre-commit`
  ended = await airlock.run({
    task,
    command: ['sh', '-c', agent],
    secrets: { TOKEN: secret },
    policy: { setup: { run: ['echo the token is $TOKEN'], secrets: ['TOKEN'] } },
  })
  const lines = await Array.fromAsync(readRecord(ended.summary.report.audit))
  entries = lines.map((line) => auditEntrySchema.parse(line))
})
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
})

const of = (kind: string) => entries.flatMap((entry) => (entry.kind === kind ? [entry.data] : []))
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the record of a whole job', () => {
  it('is whole, and has the hash that a reader is shown', async () => {
    const { report, recordHead } = ended.summary

    expect(ended.end).toBe('blocked/gate-block')
    expect(await verifyRecord(report.audit, recordHead)).toMatchObject({ ok: true, entries: entries.length })
  })

  it('has the request as it was frozen, and the posture that it ran in', () => {
    expect(of('job')).toMatchObject([{ request: { id: ended.request.id, task: { text: task } }, attempt: 1 }])
    expect(of('posture')).toMatchObject([{ posture: ended.summary.report.posture, asked: 'process' }])
  })

  it('has each step as it begins and ends, and each sandbox as it is destroyed', () => {
    const steps = of('step').flatMap(({ step, state }) => (state === 'ended' ? [step] : []))

    expect(steps).toEqual(['prepare', 'clone', 'setup', 'seal', 'agent', 'collect', 'gate', 'report'])
    expect(of('destroyed')).toEqual([
      { phase: 'setup', processes: 0, mounts: 0, groups: 0 },
      { phase: 'agent', processes: 0, mounts: 0, groups: 0 },
    ])
  })

  it('has each command with how it ended, and the processes that it started', () => {
    expect(of('command')).toMatchObject([
      { phase: 'setup', argv: expect.arrayContaining([expect.stringContaining('echo the token is')]) },
      { phase: 'setup', ended: 'exited', exitCode: 0 },
      { phase: 'agent', argv: ['sh', '-c', expect.stringContaining('husky')] },
      { phase: 'agent', ended: 'exited', exitCode: 0 },
    ])
    const programs = of('process').filter(({ kind, phase }) => kind === 'exec' && phase === 'agent')
    expect(programs.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^perl -e/), 'true of-the-agent']),
    )
  })

  it('has tries to connect, and what the broker decided of each', () => {
    expect(of('process').filter(({ kind }) => kind === 'connect')).not.toEqual([])
    expect(of('egress')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ phase: 'agent', allowed: false, host: 'denied.example', port: 80 }),
        expect.objectContaining({ phase: 'agent', allowed: true, kind: 'model' }),
      ]),
    )
    expect(ended.summary.report.egress.denied).toMatchObject([{ host: 'denied.example', phase: 'agent' }])
  })

  it('has the use of a secret by its name, and its value nowhere', () => {
    expect(of('secret')).toEqual([{ name: 'TOKEN', use: 'setup environment' }])
    expect(JSON.stringify(entries)).not.toContain(secret)
    expect(JSON.stringify(entries)).not.toContain(realKey)
  })

  it('has what the agent was told, what it asked the model, and what that answered', () => {
    expect(of('prompt')).toMatchObject([{ task, digest: digestOf(task), prompt: expect.stringContaining(task) }])
    expect(of('model')).toMatchObject([
      {
        provider: 'anthropic',
        status: 200,
        request: expect.stringContaining('with the key of its own'),
        response: expect.stringContaining('of the model'),
      },
    ])
    expect(ended.summary.report.usage).toMatchObject({ requests: 1, inputTokens: 11, outputTokens: 7 })
  })

  it('has the digest of the change, each finding, and the end', () => {
    expect(of('change-set')).toMatchObject([
      { baseSha: ended.request.base.sha, files: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
    expect(of('finding')).toEqual(ended.summary.report.findings)
    expect(of('finding')).toMatchObject([{ gate: 'delayed-execution', severity: 'block', path: '.husky/pre-commit' }])
    expect(of('outcome')).toMatchObject([{ outcome: 'blocked', reason: 'gate-block', branch: null }])
  })
})
