import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readOpening } from '../../../worker/broker/egress/client-hello.ts'
import { helloOf, withExtension } from '../hello.ts'

/** The same handshake, cut into records of so many bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const payload = hello.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size)
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(records)
}

let hello: Buffer
beforeAll(async () => {
  hello = await helloOf({ servername: 'allowed.example' })
})

const named = { kind: 'tls', serverName: 'allowed.example', encrypted: false }

describe('the beginning of a TLS stream', () => {
  it('names the server', () => {
    expect(readOpening(hello)).toEqual(named)
  })

  it('names none where there is none', async () => {
    expect(readOpening(await helloOf({}))).toEqual({ kind: 'tls', serverName: null, encrypted: false })
  })

  it('names it for TLS 1.2 as well', async () => {
    expect(readOpening(await helloOf({ servername: 'allowed.example', maxVersion: 'TLSv1.2' }))).toEqual(named)
  })

  it('asks for more until it is whole, wherever it is cut', () => {
    for (let length = 0; length < hello.length; length += 1) {
      expect(readOpening(hello.subarray(0, length)), `${length} bytes`).toEqual({ kind: 'more' })
    }
  })

  it.each([[1], [3], [50], [300]])('reads it from records of %i bytes (fragmented to hide the name)', (size) => {
    expect(readOpening(inRecords(hello, size))).toEqual(named)
  })

  it.each([
    ['ECH', 0xfe0d],
    ['its forerunner', 0xffce],
  ])('tells %s', (_name, type) => {
    expect(readOpening(withExtension(hello, type, Buffer.alloc(8)))).toEqual({ ...named, encrypted: true })
    // Control: an extension that nobody knows is nothing special.
    expect(readOpening(withExtension(hello, 0x1234, Buffer.alloc(8)))).toEqual(named)
  })

  it('refuses more than one server name, in one extension or in two', async () => {
    const bare = await helloOf({})
    const one = Buffer.from('\0\x05\0\0\x02a1', 'latin1')
    const two = Buffer.from('\0\x0a\0\0\x02a1\0\0\x02b2', 'latin1')

    expect(readOpening(withExtension(bare, 0, one))).toMatchObject({ kind: 'tls', serverName: 'a1' })
    expect(readOpening(withExtension(bare, 0, two))).toMatchObject({ kind: 'malformed' })
    expect(readOpening(withExtension(bare, 0, Buffer.concat([one, one])))).toMatchObject({ kind: 'malformed' })
    expect(readOpening(withExtension(hello, 0, one))).toMatchObject({ kind: 'malformed' })
  })

  it.each([
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['ssh', Buffer.from('SSH-2.0-x\r\n')],
    ['TLS data without a handshake', Buffer.from([23, 3, 3, 0, 1, 0])],
    ['SSLv2', Buffer.from([0x80, 0x2e, 1, 0, 2])],
    ['another major version', Buffer.from([22, 2, 0, 0, 1, 1])],
  ])('knows %s as something else', (_name, bytes) => {
    expect(readOpening(bytes)).toEqual({ kind: 'not-tls' })
  })

  it('refuses a handshake that is not a ClientHello, or claims to be huge', () => {
    expect(readOpening(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toMatchObject({ kind: 'malformed' })
    expect(readOpening(Buffer.from([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff]))).toMatchObject({ kind: 'malformed' })
  })

  it('never throws, whatever is changed in it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(), (at, value, length) => {
        const changed = Buffer.from(hello)
        changed[at % changed.length] = value
        expect(readOpening(changed.subarray(0, 1 + (length % changed.length)))).toHaveProperty('kind')
      }),
      { numRuns: 2000 },
    )
  })
})
