import { describe, expect, it } from 'vitest'
import { evaluateNetwork } from '../../worker/pipeline/network-proof.ts'

const lo = { name: 'lo', rxBytes: 86, rxPackets: 2, txBytes: 86, txPackets: 2 }
const observed = { phase: 'setup', devices: [[lo]], bytesOut: 0, bytesIn: 0 } as const
const decision = {
  at: 1,
  phase: 'setup',
  allowed: true,
  kind: 'connect',
  host: 'a.example',
  port: 443,
  reason: '',
} as const

describe('the proof of a phase', () => {
  it('adds up its commands, and what the broker decided', () => {
    const decisions = [decision, { ...decision, allowed: false }, { ...decision, kind: 'model' } as const]
    const traffic = { ...observed, devices: [], bytesOut: 10, bytesIn: 200 }

    expect(evaluateNetwork([observed, observed, traffic], decisions)).toEqual([
      {
        ...{ phase: 'setup', allowed: 1, model: 1, denied: 1, bytesOut: 10, bytesIn: 200 },
        devices: [{ name: 'lo', rxBytes: 172, rxPackets: 4, txBytes: 172, txPackets: 4 }],
      },
    ])
  })

  it('names a device that was there in one command alone', () => {
    const eth = { ...lo, name: 'eth0' }

    const [proof] = evaluateNetwork([observed, { ...observed, devices: [[lo, eth]] }], [])

    expect(proof?.devices?.map(({ name }) => name)).toEqual(['lo', 'eth0'])
  })

  it('says nothing of devices where the engine could not tell for one of its commands', () => {
    expect(evaluateNetwork([observed, { ...observed, devices: null }], [])[0]?.devices).toBeNull()
  })

  it('is not there for a phase that did not run', () => {
    expect(evaluateNetwork([observed], []).map(({ phase }) => phase)).toEqual(['setup'])
  })
})
