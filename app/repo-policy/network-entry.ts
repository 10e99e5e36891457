import { getDomain, getPublicSuffix } from 'tldts'

const entryPattern = /^(?<wildcard>\*\.)?(?<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?<port>\d{1,5}))?$/

interface Entry {
  readonly wildcard: boolean
  readonly host: string
  readonly port: string | null
}

const formOfEntry =
  'expected a preset such as npm, or a domain such as example.com, *.example.com or example.com:8443; no URL'
const formOfHost = 'expected a domain such as example.com or *.example.com; no port, no address, no URL'

/**
 * What is wrong with an entry: a preset's name or a domain in lower case, a port where it is not the web's; `*.` stands
 * for any name below. URLs are refused, and whatever is over everybody's names, such as `*.com`: that is how an
 * allowlist says more than it seems to.
 */
export function problemOfEntry(text: string): string | null {
  if (text === '*') return '* is every host: list the hosts that are needed'
  const entry = readEntry(text)
  if (entry === null || entry.host.includes('..')) return formOfEntry
  return problemOfSuffix(entry)
}

/** The same for the host of a rule, which has its port beside it and is no preset. */
export function problemOfHost(text: string): string | null {
  if (text === '*') return '* is every host: name the one that is meant'
  const entry = readEntry(text)
  if (entry === null || entry.port !== null || entry.host.includes('..')) return formOfHost
  if (!entry.wildcard && !entry.host.includes('.')) return formOfHost
  if (/^[\d.]+$/.test(entry.host)) return formOfHost
  return problemOfSuffix(entry)
}

/** Below and at a public suffix anybody can have a name. A single word may be a preset: the worker knows which are. */
function problemOfSuffix({ host, wildcard }: Entry): string | null {
  const suffix = getPublicSuffix(host, { allowPrivateDomains: wildcard })
  if (suffix !== host || !(wildcard || host.includes('.'))) return null
  return `${host} is a public suffix, below which anybody can have a name: name the domain itself`
}

/** Does what one level allows include what the level below asks for? In doubt it does not. `*`: any public host. */
export function coversEntry(allowed: string, asked: string): boolean {
  if (allowed === asked || allowed === '*') return true
  const above = readEntry(allowed)
  const below = readEntry(asked)
  if (above === null || below === null || !above.host.includes('.')) return false
  if (above.port !== below.port && !(above.port === null && isWebPort(below.port))) return false
  if (!above.wildcard) return !below.wildcard && above.host === below.host
  return below.host.endsWith(`.${above.host}`) && registrable(below.host) === registrable(above.host)
}

/** Below `*.amazonaws.com` there are other people's names: a wildcard stops where a public suffix begins. */
function registrable(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}

function isWebPort(port: string | null): boolean {
  return port === '443' || port === '80'
}

function readEntry(text: string): Entry | null {
  const groups = entryPattern.exec(text)?.groups
  if (groups?.host === undefined) return null
  return { wildcard: groups.wildcard !== undefined, host: groups.host, port: groups.port ?? null }
}
