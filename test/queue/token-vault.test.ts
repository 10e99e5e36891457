import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTokenVault } from '../../worker/queue/token-vault.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const makeKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
const key = makeKey()
const token = `ghs_${'x'.repeat(500)}`

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

describe('the vault of tokens', () => {
  it('gives back what was kept, to another process with the same App key', async () => {
    await createTokenVault(test.redis, key).keep('job', token)

    const left = await createTokenVault(test.redis, key).left('job')

    expect(left).toEqual([token])
  })

  it('keeps each owner apart, and forgets what it is told to', async () => {
    const vault = createTokenVault(test.redis, key)
    for (const value of ['ghs_1', 'ghs_2']) await vault.keep('job', value)
    await vault.keep('other', 'ghs_3')

    await vault.forget('job', 'ghs_1')

    expect(await vault.left('job')).toEqual(['ghs_2'])
    expect(await vault.left('other')).toEqual(['ghs_3'])
  })

  it('writes nothing into Redis that is of use without the App key', async () => {
    await createTokenVault(test.redis, key).keep('job', token)

    const stored = await test.redis.hgetall('airlock:tokens:job')
    const other = await createTokenVault(test.redis, makeKey()).left('job')

    const text = JSON.stringify(stored)
    expect(text).not.toContain(token.slice(0, 20))
    expect(Buffer.from(Object.values(stored)[0] ?? '', 'base64').toString('latin1')).not.toContain('ghs_')
    expect(other).toEqual([])
  })

  it('skips what somebody changed', async () => {
    const vault = createTokenVault(test.redis, key)
    await vault.keep('job', token)
    await test.redis.hset(
      'airlock:tokens:job',
      'planted',
      Buffer.from('ghs_planted-by-somebody-else-with-redis').toString('base64'),
      'short',
      '',
    )

    expect(await vault.left('job')).toEqual([token])
  })

  it('ends with the tokens', async () => {
    await createTokenVault(test.redis, key).keep('job', token)

    expect(await test.redis.ttl('airlock:tokens:job')).toBeGreaterThan(3600)
    expect(await test.redis.ttl('airlock:tokens:job')).toBeLessThan(2 * 3600)
  })
})
