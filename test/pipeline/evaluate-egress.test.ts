import { describe, expect, it } from 'vitest'
import { evaluateEgress } from '../../worker/pipeline/evaluate-egress.ts'
import type { BrokerDecision, ProcessEvent } from '../../worker/pipeline/ports/index.ts'

const decision = (changes: Partial<BrokerDecision>): BrokerDecision => ({
  at: 1000,
  phase: 'agent',
  allowed: false,
  kind: 'connect',
  host: 'evil.example',
  port: 443,
  reason: 'not on the list',
  ...changes,
})

const connect = (at: number, detail: string, command: string): { phase: 'agent'; event: ProcessEvent } => ({
  phase: 'agent',
  event: { kind: 'connect', at, pid: 1, detail, command },
})

describe('evaluateEgress', () => {
  it('names the command whose connection to the broker was refused', () => {
    const processes = [
      connect(100, '127.0.0.1:3128', 'old'),
      connect(990, '127.0.0.1:3128', 'curl https://evil.example'),
    ]

    const egress = evaluateEgress([decision({})], processes)

    expect(egress.denied).toEqual([
      { host: 'evil.example', port: 443, phase: 'agent', command: 'curl https://evil.example', count: 1 },
    ])
  })

  it('blames nobody for a refusal that no connection explains', () => {
    expect(evaluateEgress([decision({})], [connect(1001, '127.0.0.1:3128', 'later')]).denied[0]?.command).toBeNull()
  })

  it('reports a direct try to leave, which the kernel refused', () => {
    const egress = evaluateEgress(
      [],
      [connect(5, '192.0.2.1:53', 'dig example.com'), connect(6, '127.0.0.1:8080', 'own server')],
    )

    expect(egress.denied).toEqual([
      { host: '192.0.2.1', port: 53, phase: 'agent', command: 'dig example.com', count: 1 },
    ])
  })

  it('counts what was refused again and again', () => {
    const egress = evaluateEgress([decision({}), decision({ at: 2000 }), decision({ port: 80 })], [])

    expect(egress.denied.map(({ port, count }) => [port, count])).toEqual([
      [443, 2],
      [80, 1],
    ])
  })

  it('lists what was allowed once, without the model', () => {
    const allowed = decision({ allowed: true, host: 'registry.example' })
    const model = decision({ allowed: true, kind: 'model', host: 'model.example' })

    expect(evaluateEgress([allowed, allowed, model], []).allowed).toEqual([
      { host: 'registry.example', port: 443, phase: 'agent' },
    ])
  })
})
