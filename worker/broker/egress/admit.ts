import type { Socket } from 'node:net'
import { allowedHere, askForHost, type Refusal } from '../refusal.ts'
import { connectChecked } from './connect-checked.ts'
import type { Door } from './door.ts'
import { matchEgress } from './match-egress.ts'
import type { EgressRule } from './parse-egress.ts'
import type { Authority } from './parse-host.ts'
import { resolveChecked } from './resolve-host.ts'

/** A connection that may be opened: the addresses are checked, and no others are dialled. */
export interface Admission {
  readonly at: number
  readonly kind: 'connect' | 'http' | 'https'
  readonly target: Authority
  /** Those for its host and port. */
  readonly rules: readonly EgressRule[]
  readonly addresses: readonly string[]
}

export type Admitted = { readonly admission: Admission } | { readonly refusal: Refusal }

/** Decides whether a host may be reached. Refusals are recorded here; what is let through is, when it is dialled. */
export async function admit(door: Door, kind: Admission['kind'], target: Authority, at: number): Promise<Admitted> {
  const what = `${kind === 'connect' ? 'the connection' : 'the request'} to ${hostAndPort(target)}.`
  const deny = (status: number, why: string, instead: string, more = ''): Admitted => {
    door.log.add({ at, kind, allowed: false, host: target.name, port: target.port, reason: why })
    return { refusal: { status, what, why: `${why}.${more}`, instead } }
  }
  if (door.traffic.spent()) return deny(429, "this session's budget of bytes is spent", 'finish without the network.')
  const match = matchEgress(door.rules, target)
  if (!match.allowed) {
    const entries = door.rules.map(({ entry }) => entry)
    return deny(403, match.why, askForHost(door.phase, target.name), allowedHere(door.phase, entries))
  }

  const resolved = await resolveChecked(door.resolver, target, match.anywhere, door.limits.resolveMs, door.signal)
  if (resolved.kind === 'forbidden') {
    return deny(403, resolved.why, 'use a public host; only the operator of Airlock can let a job reach a private one.')
  }
  if (resolved.kind === 'unresolved') {
    recordAllowed(door, { at, kind, target }, `${entriesOf(match.rules)}, but ${resolved.why}`)
    return { refusal: { status: 502, what, why: `${resolved.why}.`, instead: 'check the name; it is allowed.' } }
  }
  return { admission: { at, kind, target, rules: match.rules, addresses: resolved.addresses } }
}

/** Dials what was admitted, and records it with what allowed it. */
export async function dial(
  door: Door,
  admission: Admission,
  signal: AbortSignal,
  by = entriesOf(admission.rules),
): Promise<Socket | null> {
  const { addresses, target } = admission
  const upstream = await connectChecked(door.connect, addresses, target.port, door.limits.connectMs, signal)
  recordAllowed(door, admission, upstream === null ? `${by}, but it did not answer` : by)
  return upstream === null ? null : door.track(upstream)
}

export function hostAndPort({ name, port }: Authority): string {
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Refuses what was admitted by name but turned out to be something else on the wire. */
export function recordDenied(
  door: Door,
  { at, kind, target }: Omit<Admission, 'rules' | 'addresses'>,
  why: string,
): void {
  door.log.add({ at, kind, allowed: false, host: target.name, port: target.port, reason: why })
}

function recordAllowed(door: Door, { at, kind, target }: Omit<Admission, 'rules' | 'addresses'>, by: string): void {
  const reason = `allowed by ${by}`
  door.log.add({ at, kind, allowed: true, host: target.name, port: target.port, reason })
}

/** The first is the one that counts for people; all of them are for the same host and port. */
function entriesOf(rules: readonly EgressRule[]): string {
  return rules[0]?.entry ?? ''
}
