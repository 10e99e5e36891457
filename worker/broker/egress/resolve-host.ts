import { lookup } from 'node:dns/promises'
import { forbiddenAddress, ownAddresses } from './forbidden-address.ts'
import type { Authority } from './parse-host.ts'

/** Addresses of a name, as the host sees it. */
export type Resolver = (name: string) => Promise<readonly string[]>

export type Resolved =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'forbidden'; readonly why: string }
  | { readonly kind: 'unresolved'; readonly why: string }

/** More are of no use, and each may be dialled. */
const maxAddresses = 16

/** The host's own name service, /etc/hosts included: the sandbox has none. */
export const systemResolver: Resolver = async (name) => {
  const answers = await lookup(name, { all: true })
  return answers.map(({ address }) => address)
}

/**
 * Resolves a name once and checks every answer. What it returns is what is dialled: a second look at the name server
 * would let its owner answer differently (rebinding). One bad answer among good ones refuses all.
 */
export async function resolveChecked(
  resolver: Resolver,
  target: Authority,
  anywhere: boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Resolved> {
  const addresses = target.isAddress ? [target.name] : await resolveInTime(resolver, target.name, timeoutMs, signal)
  if (typeof addresses === 'string') return { kind: 'unresolved', why: addresses }
  if (addresses.length === 0) return { kind: 'unresolved', why: `${target.name} has no address` }
  if (anywhere) return { kind: 'addresses', addresses: addresses.slice(0, maxAddresses) }
  const own = ownAddresses()
  for (const address of addresses) {
    const wrong = forbiddenAddress(address, own)
    if (wrong !== null) return { kind: 'forbidden', why: `${target.name} resolves to ${wrong}` }
  }
  return { kind: 'addresses', addresses: addresses.slice(0, maxAddresses) }
}

/** The system's resolver cannot be stopped, but nobody has to wait for it. */
async function resolveInTime(
  resolver: Resolver,
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const giveUp = () => resolve(`resolving ${name} took longer than ${timeoutMs} ms`)
  const timer = setTimeout(giveUp, timeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([resolver(name).catch(() => `${name} does not resolve`), late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}
