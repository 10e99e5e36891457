import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../../../worker/gates/secrets/detect/find-secrets.ts'
import { secretsGate } from '../../../../worker/gates/secrets/secrets-gate.ts'
import { added, madeUp, verdictsOf } from '../../gate-input.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown) => `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${madeUp(43)}`
const rulesIn = (text: string) => findSecrets(text).map(({ rule }) => rule)
/** A number of 256 bits. */
const key = '7c3f19ab5e02d846'.split('').reverse().join('') + '9d41e7b0c6528fa3'.repeat(3)

describe('JSON Web Tokens', () => {
  it.each([
    ['whose it is', { sub: 'k7', data: 1 }],
    ['until when it counts', { exp: 1_893_456_000 }],
    ['what it is for', { roles: ['admin'] }],
  ])('finds one that says %s', (_what, claims) => {
    expect(rulesIn(`send(${jwt(claims)})`)).toEqual(['jwt'])
  })

  it('is quiet about one that only shows how they are made', () => {
    expect(rulesIn(`t('${jwt({ some: 'payload', confidence: 0.8 })}')`)).toEqual([])
  })
})

describe('addresses with a password', () => {
  it.each([
    ['a weak password of a user with a name', 'ftps://admin:password@files.acme.dev/x'],
    ['a short one', 'https://deploy:pass@acme.dev'],
    ['one of a database', 'postgres://shop:letmein1@db.acme.dev/shop'],
  ])('finds %s', (_what, text) => {
    expect(findSecrets(text)).toHaveLength(1)
  })

  it.each([
    ['words for both', 'https://username:password@acme.dev/api'],
    ['a user that is called user', 'mysql://dbuser:secret@db.acme.dev/shop'],
    ['an example', 'https://admin:password@api.example.com'],
    ['a variable', 'https://$' + '{user}:$' + '{password}@acme.dev'],
    ['the same word twice', 'postgres://shop:shop@db.acme.dev/shop'],
    ['this machine', 'redis://admin:k7Qx2Vn9@localhost:6379'],
  ])('is quiet about %s', (_what, text) => {
    expect(findSecrets(text)).toEqual([])
  })
})

describe('keys of wallets', () => {
  it.each([
    ['a call', `const signer = new ethers.Wallet('0x${key}', provider)`],
    ['prose', `Do not send money to this wallet:\n0x${key}`],
    ['a configuration', `accounts: ['0x${key}'],`],
  ])('finds one in %s', (_where, text) => {
    expect(rulesIn(text)).toEqual(['wallet-key'])
  })

  it.each([
    ['a hash beside the word', `wallet.wait('0x${key}') // transaction hash`],
    ['a longer number', `new Wallet('0x${key}00')`],
    ['a number of one digit', `new Wallet('0x${'1'.repeat(64)}')`],
    ['a number without the word', `const root = '0x${key}'`],
  ])('is quiet about %s', (_what, text) => {
    expect(rulesIn(text)).toEqual([])
  })
})

describe('literals that are joined', () => {
  const integrity = `sha512-${madeUp(60)}==`

  it('does not join the value of an entry with the name of the next', async () => {
    const entries = {
      'node_modules/js-tokens': {
        resolved: 'https://r.example/js-tokens.tgz',
        integrity,
        dev: true,
        license: 'LGPL-3.0',
      },
    }

    expect(await verdictsOf(secretsGate, [added('package-lock.json', JSON.stringify(entries, null, 2))])).toEqual([])
  })

  it('still joins the items of a list', async () => {
    const [one, other] = [['ghp', madeUp(15)].join('_'), madeUp(36).slice(15)]

    expect(await verdictsOf(secretsGate, [added('a.js', `t = ["${one}",\n  "${other}"].join("")`)])).toEqual([
      'provider-github block',
    ])
  })
})
