import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../../../worker/gates/secrets/detect/find-secrets.ts'

const value = ['k7Qx2Vn9Lw', '4Tz8Rb3Hd6'].join('')
const uuid = ['5f0c4e1a-9b7d', '4c2e-8a61', 'd93b7f20e4c8'].join('-')

describe('values that the words before them call secret', () => {
  it.each([
    ['a note', `Your Acme API key is ${value}.`],
    ['a log', `[DEBUG] Using token ${value}`],
    ['two words of a list', `acme SECRET ${value}`],
    ['one word of many parts', `acme-secret-${value}`],
    ['a UUID', `acme token ${uuid}`],
    ['quotes', `the access token "${value}" was revoked`],
  ])('finds one in %s', (_what, text) => {
    const [match] = findSecrets(text)

    expect(match).toMatchObject({ rule: 'spoken-value', certainty: 'likely' })
    expect(text.slice(match?.start, match?.end)).toBe(text.includes(uuid) ? uuid : value)
  })

  it.each([
    ['a cache', `cache key ${value}`],
    ['a public key', `the public key ${value}`],
    ['a commit', `the key ${'9fceb02d0ae598e95dc970b74767f19372d61af8'} of a tree`],
    ['words', 'the token is-not-to-be-logged-anywhere2'],
    ['a short one', 'the token k7Qx2Vn9'],
    ['a made-up one', 'the secret abcdefghijklmnopqrstuvwxyz0123'],
    ['what base64 says', `the token ${'bm90aGluZyB0byBiZSBzZWVu'}`],
    ['an id', `token id ${value}`],
  ])('is quiet about %s', (_what, text) => {
    expect(findSecrets(text)).toEqual([])
  })
})
