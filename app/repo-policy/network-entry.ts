import { getDomain, getPublicSuffix } from 'tldts'

const entryPattern = /^(?<wildcard>\*\.)?(?<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?<port>\d{1,5}))?$/

interface Entry {
  readonly wildcard: boolean
  readonly host: string
  readonly port: string | null
}

/**
 * A preset's name or a domain in lower case, a port where it is not the web's; `*.` stands for any name below. URLs are
 * refused, and a wildcard over everybody's names, such as `*.com`: that is how an allowlist says more than it seems to.
 */
export function isNetworkEntry(text: string): boolean {
  const entry = readEntry(text)
  if (entry === null || entry.host.includes('..')) return false
  return !entry.wildcard || getPublicSuffix(entry.host, { allowPrivateDomains: true }) !== entry.host
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
