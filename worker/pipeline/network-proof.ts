import { type NetworkDevice, type NetworkProof, type Phase, phaseSchema } from '../contract/index.ts'
import type { BrokerDecision } from './ports/index.ts'

/** What was seen of one phase's network. */
export interface NetworkObservation {
  readonly phase: Phase
  /** One list per command; null: the engine could not tell for one of them. */
  readonly devices: readonly (readonly NetworkDevice[])[] | null
  readonly bytesOut: number
  readonly bytesIn: number
}

/** One line per phase that ran. */
export function evaluateNetwork(
  observations: readonly NetworkObservation[],
  decisions: readonly BrokerDecision[],
): NetworkProof[] {
  return phaseSchema.options.flatMap((phase) => {
    const seen = observations.filter((observation) => observation.phase === phase)
    if (seen.length === 0) return []
    const own = decisions.filter((decision) => decision.phase === phase)
    return [
      {
        phase,
        devices: seen.some(({ devices }) => devices === null)
          ? null
          : sumDevices(seen.flatMap((one) => one.devices ?? [])),
        allowed: own.filter(({ allowed, kind }) => allowed && kind !== 'model').length,
        model: own.filter(({ allowed, kind }) => allowed && kind === 'model').length,
        denied: own.filter(({ allowed }) => !allowed).length,
        bytesOut: seen.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
        bytesIn: seen.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
      },
    ]
  })
}

/** Each command may have had a namespace of its own; the same name is added up. */
function sumDevices(lists: readonly (readonly NetworkDevice[])[]): NetworkDevice[] {
  const sums = new Map<string, NetworkDevice>()
  for (const device of lists.flat()) {
    const { name, rxBytes, rxPackets, txBytes, txPackets } = device
    const sum = sums.get(name)
    sums.set(name, {
      name,
      rxBytes: rxBytes + (sum?.rxBytes ?? 0),
      rxPackets: rxPackets + (sum?.rxPackets ?? 0),
      txBytes: txBytes + (sum?.txBytes ?? 0),
      txPackets: txPackets + (sum?.txPackets ?? 0),
    })
  }
  return [...sums.values()]
}
