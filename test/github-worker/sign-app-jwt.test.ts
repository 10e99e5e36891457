import { createVerify, generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { createAppJwtSigner } from '../../worker/github/sign-app-jwt.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

it.each(['pkcs1', 'pkcs8'] as const)('signs as the App with a key in %s, for less than ten minutes', async (type) => {
  const pem = privateKey.export({ type, format: 'pem' }).toString()

  const { jwt, expiresAt } = await createAppJwtSigner(pem)(42, 3600)

  const [header = '', claims = '', signature = ''] = jwt.split('.')
  const verified = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  expect(verified).toBe(true)
  expect(iss).toBe('42')
  expect(exp - iat).toBeLessThan(600)
  expect(Math.abs(iat - (Date.now() / 1000 + 3600))).toBeLessThan(60)
  expect(Date.parse(expiresAt)).toBe(exp * 1000)
})
