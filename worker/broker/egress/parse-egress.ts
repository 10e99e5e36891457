import { getDomain } from 'tldts'
import { type NetworkEntry, type NetworkRule, networkEntryName } from '../../contract/index.ts'
import { BrokerError } from '../../pipeline/ports/broker.ts'
import { type CredentialHeader, credentialHeader } from '../inspect/credential-header.ts'
import { type Host, parseHost } from './parse-host.ts'

/** Hosts that the operator stands behind, by preset name. */
export type Presets = ReadonlyMap<string, readonly PresetTarget[]>

export interface PresetTarget {
  readonly host: string
  readonly port: number
}

/** One line of a policy, understood. */
export interface EgressRule {
  /** As it was written, for people. */
  readonly entry: string
  readonly host: string
  /** True: any name below `host`, but not `host` itself. Below the empty host is every domain that there is. */
  readonly below: boolean
  readonly ports: readonly number[]
  /** The operator named this host, so it may resolve to a private address. A repository's own domain may not. */
  readonly anywhere: boolean
  /** What may be asked of it. Null: anything, and nobody here reads it. */
  readonly requests: RequestRule | null
}

export interface RequestRule {
  /** Null: any. */
  readonly methods: readonly string[] | null
  /** Patterns; null: any. */
  readonly paths: readonly string[] | null
  readonly credential: CredentialHeader | null
}

/** Any public host, by its name: what the profile `permissive` stands for. */
const anyHost = '*'

const defaultPorts: readonly number[] = [443, 80]
const entryPattern = /^(?<wildcard>\*\.)?(?<host>\[[^\]]*\]|[^:[\]*]+)(?::(?<port>[0-9]{1,5}))?$/s

/** What the operator of this worker has to say to a policy. */
export interface OperatorFacts {
  readonly presets: Presets
  /** Hosts that may resolve to any address. */
  readonly privateHosts: readonly string[]
  /** Secrets that credentials may name, by name. */
  readonly secrets: ReadonlyMap<string, string>
}

/**
 * Turns presets, `domain`, `*.domain`, `domain:port`, `*` and rules for requests into rules of this broker. An empty
 * list gives none, which is closed. Throws BrokerError naming the entry that is unknown, malformed or too wide.
 */
export function parseEgress(entries: readonly NetworkEntry[], operator: OperatorFacts): readonly EgressRule[] {
  const { presets, privateHosts, secrets } = operator
  const vouched = new Set(privateHosts.map((entry) => hostOf(entry, entry).name))
  return entries.flatMap((given) => {
    const entry = networkEntryName(given)
    if (typeof given !== 'string') return [parseRule(given, presets, vouched, secrets)]
    if (entry === anyHost)
      return [{ entry, host: '', below: true, ports: defaultPorts, anywhere: false, requests: null }]
    const preset = presets.get(entry)
    if (preset === undefined) return [parseDomain(entry, presets, vouched)]
    return preset.map(({ host, port }) => {
      return { entry, host: hostOf(host, entry).name, below: false, ports: [port], anywhere: true, requests: null }
    })
  })
}

/** The operator's package managers are configured to use what is in a preset: a rule may name that host too. */
function parseRule(
  rule: NetworkRule,
  presets: Presets,
  vouched: ReadonlySet<string>,
  secrets: ReadonlyMap<string, string>,
): EgressRule {
  const entry = networkEntryName(rule)
  const known = [...presets.values()].flat().map(({ host }) => hostOf(host, entry).name)
  const parsed = parseDomain(entry, presets, new Set([...vouched, ...known]))
  if (entry.startsWith('[') || hostOf(rule.host.replace(/^\*\./, ''), entry).isAddress) {
    throw invalid(entry, 'a rule names a host, not an address')
  }
  const { methods = null, paths = null, credential } = rule
  if (credential !== undefined && parsed.below) throw invalid(entry, 'a credential goes to one host')
  if ((methods ?? paths ?? credential) == null) return parsed
  return {
    ...parsed,
    requests: { methods, paths, credential: credential === undefined ? null : credentialHeader(credential, secrets) },
  }
}

function parseDomain(entry: string, presets: Presets, vouched: ReadonlySet<string>): EgressRule {
  const match = entryPattern.exec(entry)
  if (match?.groups?.host === undefined)
    throw invalid(entry, 'write a preset, example.com, *.example.com or a domain with :port')
  const host = hostOf(match.groups.host, entry)
  const below = match.groups.wildcard !== undefined
  const anywhere = vouched.has(host.name)
  if (!anywhere) refuseTooWide(entry, host, below, presets)
  return { entry, host: host.name, below, ports: portsOf(entry, match.groups.port), anywhere, requests: null }
}

function refuseTooWide(entry: string, host: Host, below: boolean, presets: Presets): void {
  if (host.isAddress) throw invalid(entry, 'name a host, not an address')
  if (!below && !host.name.includes('.')) {
    throw invalid(entry, `it is no domain, and the presets here are: ${[...presets.keys()].join(', ') || 'none'}`)
  }
  // Below a public suffix (*.com, *.co.uk, *.github.io) anybody can have a name.
  if (getDomain(host.name, { allowPrivateDomains: below }) === null) {
    throw invalid(entry, `${host.name} is a public suffix: anybody can have a name below it`)
  }
}

function portsOf(entry: string, port: string | undefined): readonly number[] {
  if (port === undefined) return defaultPorts
  const number = Number(port)
  if (number < 1 || number > 65_535) throw invalid(entry, 'a port is 1 to 65535')
  return [number]
}

function hostOf(raw: string, entry: string): Host {
  const host = parseHost(raw)
  if (!host.ok) throw invalid(entry, host.why)
  return host.value
}

function invalid(entry: string, why: string): BrokerError {
  return new BrokerError('policy-invalid', `network entry ${JSON.stringify(entry.slice(0, 300))}: ${why}`, { entry })
}
