import type { DeniedEgress, JobReport, Phase } from '../contract/index.ts'
import { type BrokerDecision, brokerPort, type ProcessEvent } from './ports/index.ts'

/** A connection reaches the broker at once; an older one is somebody else's. */
const correlationMs = 2000
const maxDenied = 200

type Denied = Omit<DeniedEgress, 'count'>
type PhasedEvent = { readonly phase: Phase; readonly event: ProcessEvent }

/** What was let out and what was not, each once, what was not with how often and with the command that tried where the audit of processes can tell. */
export function evaluateEgress(
  decisions: readonly BrokerDecision[],
  processes: readonly PhasedEvent[],
): JobReport['egress'] {
  const allowed = decisions.filter((decision) => decision.allowed && decision.kind !== 'model')
  const refused = decisions.filter((decision) => !decision.allowed)
  const denied = [
    ...refused.map((decision) => deniedByBroker(decision, processes)),
    ...processes.flatMap(deniedByKernel),
  ]
  return {
    allowed: unique(allowed.map(({ host, port, phase }) => ({ host, port, phase }))),
    denied: counted(denied).slice(0, maxDenied),
  }
}

function deniedByBroker(decision: BrokerDecision, processes: readonly PhasedEvent[]): Denied {
  const { host, port, phase } = decision
  return { host, port, phase, command: commandAt(decision.at, phase, processes) }
}

/** The last command of this phase that connected to the broker's port before the decision. */
function commandAt(at: number, phase: Phase, processes: readonly PhasedEvent[]): string | null {
  const candidates = processes.filter(
    (entry) =>
      entry.phase === phase &&
      entry.event.kind === 'connect' &&
      entry.event.detail === `127.0.0.1:${brokerPort}` &&
      entry.event.at <= at &&
      at - entry.event.at < correlationMs,
  )
  return candidates.at(-1)?.event.command ?? null
}

/** A direct try to leave: there is no network device, so the kernel refused it. */
function deniedByKernel({ phase, event }: PhasedEvent): Denied[] {
  if (event.kind !== 'connect') return []
  const match = /^(?<host>[0-9.]+|\[[0-9a-f:.]+\]):(?<port>\d{1,5})$/.exec(event.detail)
  const host = match?.groups?.host
  const port = Number(match?.groups?.port)
  if (host === undefined || host.startsWith('127.') || host === '[::1]') return []
  return [{ host, port, phase, command: event.command }]
}

/** Each once, with how often it was tried. */
function counted(denied: readonly Denied[]): DeniedEgress[] {
  const counts = new Map<string, DeniedEgress>()
  for (const one of denied) {
    const key = JSON.stringify(one)
    counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
