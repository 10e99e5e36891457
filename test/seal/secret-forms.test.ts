import { Buffer } from 'node:buffer'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSecretForms, secretForms, tooShortSecrets, UnsearchableError } from '../../worker/seal/secret-forms.ts'

const value = 'ghs_9fK2/?>?x"Q7\\né-Zw~>?8uT'
const forms = secretForms('TOKEN', value)

/** Letters by chance, most of them few: every compressor re-codes them, so that no value stays readable by luck. */
let seed = 1
const filler = Array.from({ length: 4000 }, () => {
  seed = (seed * 48271) % 2147483647
  return 'eeeetttaaoinsr '[seed % 15]
}).join('')

function around(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(filler), bytes, Buffer.from(filler)])
}

describe('the forms of a secret', () => {
  const written: [string, Buffer][] = [
    ['raw', Buffer.from(value)],
    ['base64', Buffer.from(Buffer.from(`${value}`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`u${value}:x`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`us${value}`).toString('base64'))],
    ['base64url', Buffer.from(Buffer.from(`u?${value}`).toString('base64url'))],
    ['hex', Buffer.from(Buffer.from(value).toString('hex'))],
    ['hex', Buffer.from(Buffer.from(value).toString('hex').toUpperCase())],
    ['url', Buffer.from(encodeURIComponent(value))],
    ['url', Buffer.from(encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()))],
    ['reversed', Buffer.from(value).reverse()],
    ['utf16le', Buffer.from(value, 'utf16le')],
    ['utf16be', Buffer.from(value, 'utf16le').swap16()],
    ['json', Buffer.from(JSON.stringify(value))],
  ]

  it.each(written)('finds it as %s', (encoding, bytes) => {
    const hit = findSecretForms(around(bytes), forms)

    expect(hit).toMatchObject({ secret: 'TOKEN', encoding })
  })

  it.each([
    ['gzip', gzipSync],
    ['zlib', deflateSync],
    ['zstd', zstdCompressSync],
  ])('finds each of them inside %s, in the middle of a file', (format, compress) => {
    for (const [encoding, bytes] of written) {
      const hit = findSecretForms(around(compress(around(bytes))), forms)

      expect(hit).toEqual({ secret: 'TOKEN', encoding: `${format}+${encoding}`, offset: filler.length })
    }
  })

  it('finds it in a member of a zip file', () => {
    const data = deflateRawSync(around(Buffer.from(value)))
    const header = Buffer.alloc(30)
    header.write('PK\x03\x04', 'latin1')
    header.writeUInt16LE(8, 8)
    header.writeUInt16LE(5, 26)

    const hit = findSecretForms(Buffer.concat([header, Buffer.from('a.txt'), data]), forms)

    expect(hit?.encoding).toBe('zip+raw')
  })

  it('finds it in compressed data inside compressed data, and in a stream that was cut short', () => {
    const nested = gzipSync(around(gzipSync(around(Buffer.from(value)))))
    const cut = gzipSync(Buffer.concat([Buffer.from(value), Buffer.alloc(100_000, 'abcdefgh')])).subarray(0, -12)

    expect(findSecretForms(nested, forms)?.encoding).toBe('gzip+gzip+raw')
    expect(findSecretForms(cut, forms)?.encoding).toBe('gzip+raw')
  })

  it('finds what base64 and PEM files break into lines, wherever the break falls', () => {
    const long = `-----BEGIN KEY-----\n${'aB3/'.repeat(30)}\n-----END KEY-----\n`
    const longForms = secretForms('KEY', long)
    const encoded = Buffer.from(`user:${long}`).toString('base64')

    for (let width = 20; width < 90; width += 1) {
      const wrapped = encoded.replace(new RegExp(`.{${width}}`, 'g'), '$&\n')
      expect(findSecretForms(Buffer.from(wrapped), longForms)?.encoding).toBe('base64')
      expect(findSecretForms(Buffer.from(JSON.stringify(wrapped)), longForms)?.encoding).toBe('base64')
    }
    expect(findSecretForms(Buffer.from(long.replaceAll('\n', '\r\n')), longForms)?.encoding).toBe('raw')
  })

  it('finds the right one among many, wherever it stands, and says nothing of files without one', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 19 }),
        (before, after, which) => {
          const secrets = Array.from({ length: 20 }, (_, index) => `tok${index}-${'q7Zp'.repeat(index + 1)}!`)
          const all = secrets.flatMap((secret, index) => secretForms(`S${index}`, secret))
          const content = Buffer.concat([before, Buffer.from(secrets[which] ?? ''), after])

          expect(findSecretForms(content, all)).toMatchObject({ secret: `S${which}`, encoding: 'raw' })
          expect(findSecretForms(Buffer.concat([before, after]), all)).toBeNull()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('refuses a value too short to be searched for, and names it without its value', () => {
    expect(
      tooShortSecrets(
        new Map([
          ['PIN', ' 1234\n'],
          ['TOKEN', value],
        ]),
      ),
    ).toEqual(['PIN'])
    expect(() => secretForms('PIN', '1234')).toThrow(/PIN is shorter than 6 bytes/)
  })

  it('refuses compressed data that unfolds without bound', () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024))

    expect(() => findSecretForms(bomb, forms)).toThrow(UnsearchableError)
    expect(findSecretForms(gzipSync(Buffer.alloc(1024 * 1024)), forms)).toBeNull()
  })
})
