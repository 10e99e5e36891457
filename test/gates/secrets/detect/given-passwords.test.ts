import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../../../worker/gates/secrets/detect/find-secrets.ts'

const password = ['Tr0ub4dor', '3x'].join('+')
const token = ['k7Qx2Vn9Lw', '4Tz8Rb3Hd6'].join('')
const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`

describe('passwords by their place', () => {
  it.each([
    ['sshpass', `sshpass -p '${password}' ssh a@b`],
    ['mysql', `mysql -u root -p${password} shop`],
    ['docker', `docker login -u acme -p ${password}`],
    ['.netrc', `machine api.acme.dev login acme password ${password}`],
    ['PowerShell', `ConvertTo-SecureString "${password}" -AsPlainText`],
    ['Python', `requests.get(url, auth=('acme', '${password}'))`],
    ['Java', `.basicAuth("acme", "${password}")`],
    ['a header', basic(`acme:${password}`)],
    ['a fallback', `const token = process.env.TOKEN ?? '${token}'`],
    ['a fallback of PHP', `$password = getenv("DB_PASSWORD") ?: "${password}"`],
    ['a Dockerfile', `ENV API_KEY ${token}`],
    ['the environment of one command', `PGPASSWORD=${password}x psql`],
  ])('finds one for %s', (_what, text) => {
    expect(findSecrets(text)).toMatchObject([{ certainty: 'likely' }])
  })

  it.each([
    ['a variable', 'sshpass -p "$PASSWORD" ssh a@b'],
    ['a question', 'mysql -u root -p shop'],
    ['a word', 'docker login -u acme -p password'],
    ['a placeholder', 'machine api.acme.dev login acme password your-token-here'],
    ['words in a call', '.basicAuth("acme", "password")'],
    ['words in a header', basic('user:password')],
    ['what is no user and password', `Authorization: Basic ${token}`],
    ['a variable of a call', "auth=('acme', '$" + "{PASSWORD}')"],
    ['no fallback', "const token = process.env.TOKEN ?? ''"],
  ])('is quiet about %s', (_what, text) => {
    expect(findSecrets(text)).toEqual([])
  })
})
