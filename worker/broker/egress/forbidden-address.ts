import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'

/** Public by number, but a cloud's own metadata service by meaning (Azure's wire server). */
const metadataAddresses = new Set(['168.63.129.16'])
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Says what is wrong with an address that a name of a repository's choice resolved to, or null. Only what is plain
 * public unicast passes; loopback, private, link-local, CGNAT, metadata, multicast, mapped and translated ranges, and
 * this host's own addresses do not.
 */
export function forbiddenAddress(raw: string, ownAddresses: ReadonlySet<string>): string | null {
  if (isIP(raw) === 0) return 'not an address'
  const parsed = ipaddr.parse(raw)
  const range: string = parsed.range()
  if (range !== 'unicast') return `${words.get(range) ?? 'a special'} address`
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast)) return 'not a public address'
  if (metadataAddresses.has(parsed.toString())) return "the cloud's metadata address"
  if (ownAddresses.has(parsed.toString())) return "this host's own address"
  return null
}

/** A public address of the worker itself leads to services that listen on it. */
export function ownAddresses(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  return new Set(
    addresses.flatMap(({ address }) => (ipaddr.isValid(address) ? [ipaddr.parse(address).toString()] : [])),
  )
}

const words = new Map([
  ['private', 'a private'],
  ['loopback', 'a loopback'],
  ['linkLocal', 'a link-local'],
  ['carrierGradeNat', 'a carrier-grade NAT'],
  ['multicast', 'a multicast'],
  ['broadcast', 'the broadcast'],
  ['unspecified', 'the unspecified'],
  ['reserved', 'a reserved'],
  ['uniqueLocal', 'a unique local'],
  ['ipv4Mapped', 'an IPv4-mapped'],
  ['rfc6052', 'a NAT64'],
  ['rfc6145', 'an IPv4-translated'],
  ['6to4', 'a 6to4'],
  ['teredo', 'a Teredo'],
])
