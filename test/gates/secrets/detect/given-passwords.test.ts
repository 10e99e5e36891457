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
    ['.NET', `new NetworkCredential("acme", "${password}")`],
    ['a directory', `new DirectoryEntry("LDAP://ACME.DEV",\n  "admin", "${password}")`],
    ['psexec', `PsExec.exe \\\\10.0.94.1 -u admin -p ${password} cmd`],
    ['SQL', `CREATE USER acme IDENTIFIED BY '${password}'`],
    ['SQL with a plugin', `ALTER USER 'a'@'b' IDENTIFIED WITH mysql_native_password BY '${password}'`],
    ['PostgreSQL', `CREATE ROLE acme WITH LOGIN PASSWORD '${password}'`],
    ['the seal of a vault', `Unseal Key 2: ${'0tZn+7QQCxphpHwTm7/dC3LpP5JGIbYl3PK8Sy81R+P2'}`],
    ['a variable of Terraform', `variable "acme_api_token" {\n  default = "${token}"\n}`],
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
    ['a word in .NET', 'new NetworkCredential("user", "password")'],
    ['a variable in SQL', "CREATE USER acme IDENTIFIED BY '$" + "{PASSWORD}'"],
    ['a variable of Terraform that is no secret', `variable "acme_region" {\n  default = "${token}"\n}`],
    ['no fallback', "const token = process.env.TOKEN ?? ''"],
  ])('is quiet about %s', (_what, text) => {
    expect(findSecrets(text)).toEqual([])
  })
})
