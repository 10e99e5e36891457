import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAuthority, parseHost } from '../../../worker/broker/egress/parse-host.ts'

const nameOf = (raw: string) => {
  const host = parseHost(raw)
  return host.ok ? host.value.name : null
}

describe('the spelling of a host', () => {
  it.each([
    ['127.0.0.1'],
    ['2130706433'],
    ['0177.0.0.1'],
    ['0x7f.0.0.1'],
    ['0x7f000001'],
    ['127.1'],
    ['127.0.0.1.'],
    ['①②⑦.⓪.⓪.①'],
    ['１２７.0.0.1'],
    ['127。0。0。1'],
  ])('reads %s as the address that it is', (raw) => {
    expect(parseHost(raw)).toEqual({ ok: true, value: { name: '127.0.0.1', isAddress: true } })
  })

  it.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['exam\u00adple.com', 'example.com'],
    ['ｅxample.com', 'example.com'],
    ['my_bucket.example', 'my_bucket.example'],
    ['[::1]', '::1'],
    ['[0:0:0:0:0:ffff:7f00:1]', '::ffff:7f00:1'],
  ])('brings %s to %s', (raw, name) => {
    expect(nameOf(raw)).toBe(name)
  })

  it.each([
    [''],
    ['.'],
    ['..'],
    ['a..b'],
    ['example.com..'],
    ['.example.com'],
    ['-a.example'],
    ['a b.example'],
    ['a\0.example'],
    ['a\r\n.example'],
    ['user@example.com'],
    ['example.com/x'],
    ['example.com\\x'],
    ['example.com#x'],
    ['example.com?x'],
    ['example%2ecom'],
    ['evil.example／.example.com'],
    ['::1'],
    ['[::1'],
    ['[fe80::1%eth0]'],
    ['[127.0.0.1]'],
    ['256.256.256.256'],
    ['1.2.3.0x100'],
    [`${'a'.repeat(64)}.example`],
    [`${'a.'.repeat(130)}example`],
    ['*.example.com'],
  ])('refuses %j', (raw) => {
    expect(parseHost(raw).ok).toBe(false)
  })

  it('has one spelling for each host, whatever is thrown at it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.domain(), fc.ipV4Extended()), (raw) => {
        const name = nameOf(raw)
        if (name === null) return
        expect(name).toMatch(/^[a-z0-9._:-]+$/)
        expect(name).not.toMatch(/\.$/)
        expect(nameOf(name.includes(':') ? `[${name}]` : name)).toBe(name)
      }),
      { numRuns: 2000 },
    )
  })

  it('knows a domain again in any case, and with a trailing dot', () => {
    fc.assert(
      fc.property(fc.domain(), fc.infiniteStream(fc.boolean()), fc.boolean(), (domain, upper, dot) => {
        const mixed = [...domain].map((letter) => (upper.next().value ? letter.toUpperCase() : letter)).join('')
        expect(nameOf(dot ? `${mixed}.` : mixed)).toBe(domain.toLowerCase())
      }),
    )
  })

  it('refuses a host with a character that ends, splits or decorates it, wherever it is', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom(...'\0\r\n\t @%/\\?#,;<>"'), fc.nat(), (domain, character, at) => {
        const cut = at % (domain.length + 1)
        expect(parseHost(domain.slice(0, cut) + character + domain.slice(cut)).ok).toBe(false)
      }),
    )
  })

  it('reads every IPv4 address in every spelling as itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(8, 10, 16), fc.boolean(), (address, base, whole) => {
        const octets = address.split('.').map(Number)
        const prefix = { 8: '0', 10: '', 16: '0x' }[base]
        const spell = (value: number) => `${value === 0 && base === 8 ? '' : prefix}${value.toString(base)}`
        const number = octets.reduce((sum, octet) => sum * 256 + octet, 0)
        expect(nameOf(whole ? spell(number) : octets.map(spell).join('.'))).toBe(address)
      }),
    )
  })
})

describe('a host with a port', () => {
  it('reads the port, or takes the default', () => {
    expect(parseAuthority('a.example:8443', 443)).toMatchObject({ value: { name: 'a.example', port: 8443 } })
    expect(parseAuthority('a.example', 443)).toMatchObject({ value: { port: 443 } })
    expect(parseAuthority('[::1]:80', null)).toMatchObject({ value: { name: '::1', port: 80, isAddress: true } })
  })

  it.each([
    ['a.example'],
    ['a.example:'],
    ['a.example:0'],
    ['a.example:65536'],
    ['a.example:443:80'],
    ['a.example:4 43'],
    ['a.example:-1'],
    [':443'],
    ['a.example:443@b.example'],
  ])('refuses %s where the port has to be there', (raw) => {
    expect(parseAuthority(raw, null).ok).toBe(false)
  })
})
