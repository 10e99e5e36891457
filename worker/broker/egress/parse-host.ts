import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'

/** A host in its one spelling: lower-case ASCII name without trailing dot, or a canonical address. */
export interface Host {
  readonly name: string
  readonly isAddress: boolean
}

export interface Authority extends Host {
  readonly port: number
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

const maxLength = 253
/** Nothing that ends, splits, escapes or decorates a host somewhere down the line: NUL, CRLF, `@`, `%`, `/`, `\`. */
const suspicious = /[\x00-\x20\x7f@%/\\?#,;<>"'`|^{}]/
const namePattern = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * Brings a host to its one spelling, or refuses it. Comparisons anywhere in the broker are between results of this,
 * so that another spelling of a name (upper case, trailing dot, IDN) or of an address (decimal, octal, hexadecimal,
 * circled digits) can neither slip past a rule nor into one.
 */
export function parseHost(raw: string): Parsed<Host> {
  if (raw.length === 0 || raw.length > maxLength + 1) return no('a host has 1 to 253 characters')
  if (suspicious.test(raw)) return no('a host has no control characters, spaces, credentials, escapes or slashes')
  if (raw.startsWith('[')) return parseIpv6(raw)
  if (raw.includes(':')) return no('an IPv6 address stands in brackets')

  const ascii = domainToASCII(raw).toLowerCase()
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  if (ipaddr.IPv4.isValidFourPartDecimal(name)) return { ok: true, value: { name, isAddress: true } }
  if (name.length > maxLength || !namePattern.test(name)) return no('it is not a host name')
  return { ok: true, value: { name, isAddress: false } }
}

/** Reads `host` or `host:port`. Without a port, `defaultPort`; where that is null, the port must be there. */
export function parseAuthority(raw: string, defaultPort: number | null): Parsed<Authority> {
  const match = /^(?<host>\[[^\]]*\]|[^:[\]]*)(?::(?<port>[0-9]{1,5}))?$/s.exec(raw)
  const host = parseHost(match?.groups?.host ?? '')
  if (!host.ok) return host
  const given = match?.groups?.port
  const port = given === undefined ? defaultPort : Number(given)
  if (port === null) return no('the port is missing')
  if (port < 1 || port > 65_535) return no('a port is 1 to 65535')
  return { ok: true, value: { ...host.value, port } }
}

function parseIpv6(raw: string): Parsed<Host> {
  const inner = raw.slice(1, -1)
  if (!raw.endsWith(']') || !ipaddr.IPv6.isValid(inner)) return no('it is not an IPv6 address')
  return { ok: true, value: { name: ipaddr.IPv6.parse(inner).toRFC5952String(), isAddress: true } }
}

function no(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why }
}
