import { describe, expect, it } from 'vitest'
import { matchEgress } from '../../../worker/broker/egress/match-egress.ts'
import { parseEgress } from '../../../worker/broker/egress/parse-egress.ts'
import { parseAuthority } from '../../../worker/broker/egress/parse-host.ts'

const presets = new Map([['mirror', [{ host: 'mirror.corp', port: 8081 }]]])
const allows = (entries: readonly string[], target: string, privateHosts: readonly string[] = []) => {
  const authority = parseAuthority(target, 443)
  if (!authority.ok) throw new Error(authority.why)
  return matchEgress(parseEgress(entries, { presets, privateHosts, secrets: new Map() }), authority.value).allowed
}

describe('a list of hosts', () => {
  it.each([
    [['example.com'], 'example.com'],
    [['example.com'], 'example.com:80'],
    [['EXAMPLE.com.'], 'example.com'],
    [['example.com:8443'], 'example.com:8443'],
    [['*.example.com'], 'a.example.com'],
    [['*.example.com'], 'a.b.example.com'],
    [['*.example.com:8443'], 'a.example.com:8443'],
    [['*.example.co.uk'], 'a.example.co.uk'],
    [['bücher.example'], 'xn--bcher-kva.example'],
    [['github.io'], 'github.io'],
    [['mirror'], 'mirror.corp:8081'],
    [['other.example', 'mirror'], 'mirror.corp:8081'],
    [['*'], 'anything.example'],
    [['*'], 'anything.example:80'],
  ])('%j allows %s', (entries, target) => {
    expect(allows(entries, target)).toBe(true)
  })

  it.each([
    [[], 'example.com'],
    [['*'], 'anything.example:22'],
    [['*'], 'localhost'],
    [['*'], '93.184.216.34'],
    [['*'], '[2606:2800:220:1::1]:443'],
    [['*'], 'mirror'],
    [['example.com'], 'evil-example.com'],
    [['example.com'], 'example.com.evil.example'],
    [['example.com'], 'a.example.com'],
    [['example.com'], 'example.com:22'],
    [['example.com:8443'], 'example.com'],
    [['*.example.com'], 'example.com'],
    [['*.example.com'], 'evil-example.com'],
    [['*.example.com'], 'a.example.com.evil.example'],
    [['*.example.com'], 'a.example.com:25'],
    [['*.amazonaws.com'], 'anybody.s3.amazonaws.com'],
    [['mirror'], 'mirror.corp'],
    [['mirror'], 'a.mirror.corp:8081'],
  ])('%j does not allow %s', (entries, target) => {
    expect(allows(entries, target)).toBe(false)
  })

  it.each([
    ['*.*', 'example.com'],
    ['*.com', 'public suffix'],
    ['*.co.uk', 'public suffix'],
    ['*.github.io', 'public suffix'],
    ['*.s3.amazonaws.com', 'public suffix'],
    ['co.uk', 'public suffix'],
    ['com', 'presets here are: mirror'],
    ['npn', 'presets here are: mirror'],
    ['__proto__', 'presets here are: mirror'],
    ['constructor', 'presets here are: mirror'],
    ['localhost', 'no domain'],
    ['127.0.0.1', 'not an address'],
    ['2130706433', 'not an address'],
    ['[::1]:443', 'not an address'],
    ['169.254.169.254', 'not an address'],
    ['a.*.example.com', 'preset'],
    ['*example.com', 'preset'],
    ['https://example.com', 'preset'],
    ['example.com/path', 'slashes'],
    ['user@example.com', 'credentials'],
    ['example.com:0', 'port'],
    ['example.com:99999', 'port'],
    ['exa\0mple.com', 'control characters'],
    ['', 'preset'],
    [' ', 'spaces'],
  ])('refuses the entry %j and names it', (entry, why) => {
    expect(() => parseEgress(['fine.example', entry], { presets, privateHosts: [], secrets: new Map() })).toThrow(
      expect.objectContaining({
        name: 'BrokerError',
        code: 'policy-invalid',
        entry,
        message: expect.stringContaining(why),
      }),
    )
  })

  it('takes what would be refused when the operator stands behind the host', () => {
    expect(allows(['localhost:8080'], 'localhost:8080', ['localhost'])).toBe(true)
    expect(allows(['10.0.0.7:8080'], '10.0.0.7:8080', ['10.0.0.7'])).toBe(true)
  })

  it('does not open a host that the operator stands behind, but nobody listed', () => {
    expect(allows(['example.com'], 'localhost:443', ['localhost'])).toBe(false)
  })
})
