import { Buffer } from 'node:buffer'
import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { lintSource } from '@secretlint/core'
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FileChange } from '../../../worker/contract/index.ts'
import { secretsGate } from '../../../worker/gates/secrets/secrets-gate.ts'
import { added, changed, findingsOf, madeUp, verdictsOf } from '../gate-input.ts'

/** Tokens in the providers' formats, put together here so that no scanner takes this file for a leak. */
const github = ['ghp', madeUp(36)].join('_')
const stripe = ['sk', 'live', madeUp(32)].join('_')
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const installation = `${['ghs', '12345', base64url({ alg: 'RS256' })].join('_')}.${base64url({ iat: madeUp(300) })}.${madeUp(80)}`
const privateKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const verdicts = (...files: FileChange[]) => verdictsOf(secretsGate, files)

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

describe('secretsGate: tokens of providers', () => {
  it.each([
    ['a classic GitHub token', github, 'provider-github'],
    ['an installation token of the long form', installation, 'provider-github'],
    ['a Stripe key', stripe, 'provider-stripe'],
    ['a Slack token', ['xoxb', '123456789012', '1234567890123', madeUp(24)].join('-'), 'provider-slack'],
    ['a private key', privateKey(), 'private-key'],
  ])('blocks %s', async (_what, token, rule) => {
    expect(await verdicts(added('src/config.ts', `export const key = \`${token}\`\n`))).toEqual([`${rule} block`])
  })

  it.each([
    ['a password in a URL', `fetch('https://${'deploy'}:${madeUp(12)}@host.test.org/x')`, 'url-credentials hold'],
    ['a connection string', `postgres://${'app'}:${madeUp(12)}@db.test.org/app`, 'connection-string hold'],
  ])('holds %s, which examples have too', async (_what, line, expected) => {
    expect(await verdicts(added('src/a.ts', `${line}\n`))).toEqual([expected])
  })

  it.each([
    ['docs/api-reference/store.yaml', 'note'],
    ['openapi.json', 'note'],
    ['README.md', 'note'],
    ['pkg/store_test.go', 'note'],
    ['deploy/store.yaml', 'hold'],
    ['docs/conf.py', 'hold'],
  ])('takes a token with a name in %s for a %s', async (path, severity) => {
    expect(await verdicts(added(path, `refresh_token: '${madeUp(24)}'\n`))).toEqual([`named-value ${severity}`])
  })

  it('is quiet about the key of an emulator, which is the same everywhere', async () => {
    const key = (begin: string) => `AccountKey=${(begin + madeUp(90)).slice(0, 86)}==`
    const emulator = ['Eby8vdM02xNO', 'cqFl'].join('')

    expect(await verdicts(added('a.env', `X="${key(emulator)}"\n`))).toEqual([])
    expect(await verdicts(added('a.env', `X="${key('')}"\n`))).toEqual(['provider-azure-storage block'])
  })

  it('holds a private key among tests, and blocks the same key elsewhere', async () => {
    const key = privateKey()

    expect(await verdicts(added('test/tls/server.key', key))).toEqual(['private-key hold'])
    expect(await verdicts(added('examples/tls/self_signed/key.pem', key))).toEqual(['private-key hold'])
    expect(await verdicts(added('deploy/server.key', key))).toEqual(['private-key block'])
  })

  it('says where the token is and shows none of it', async () => {
    const [finding] = await findingsOf(secretsGate, [
      changed('a.ts', 'one\ntwo\n', `one\ntwo\nconst t = '${github}'\n`),
    ])

    expect(finding).toMatchObject({ path: 'a.ts', line: 3 })
    expect(leakOf(github.slice(4), finding)).toBeNull()
  })

  it('finds a token at the end of four megabytes, on the right line, also across the seam of two windows', async () => {
    const filler = 'x = compute(alpha, beta, gamma)\n'
    const text = filler.repeat(130_000)
    const seam = 512 * 1024 - 20

    const late = await findingsOf(secretsGate, [added('a.ts', `${text}${github}\n`)])
    const split = await findingsOf(secretsGate, [added('a.ts', `${' '.repeat(seam)}${github}${' '.repeat(seam)}`)])

    expect(late).toMatchObject([{ rule: 'provider-github', line: 130_001 }])
    expect(split).toMatchObject([{ rule: 'provider-github', line: 1 }])
  })
})

describe('secretsGate: what is not new', () => {
  const line = `const t = '${github}'\n`

  it.each([
    ['was there before', [changed('a.ts', `a\n${line}`, `b\n${line}c\n`)]],
    ['moved within the file', [changed('a.ts', `${line}a\nb\n`, `a\nb\n${line}`)]],
    ['moved with its file', [changed('old/a.ts', line, null), added('new/a.ts', line)]],
    ['is taken out', [changed('a.ts', line, '\n')]],
  ])('is quiet about a token that %s', async (_how, files) => {
    expect(await verdicts(...files)).toEqual([])
  })

  it('blocks a second copy of a token that was there once', async () => {
    expect(await verdicts(changed('a.ts', line, `${line}${line}`))).toEqual(['provider-github block'])
  })
})

describe('secretsGate: evasions', () => {
  const half = Math.floor(github.length / 2)
  const [start, end] = [github.slice(0, half), github.slice(half)]
  const codes = Array.from(github, (character) => character.charCodeAt(0))
  const encoded = Buffer.from(github).toString('base64')
  const rot13 = (text: string) =>
    text.replace(/[a-z]/gi, (letter) => {
      const first = letter < 'a' ? 65 : 97
      return String.fromCharCode(first + ((letter.charCodeAt(0) - first + 13) % 26))
    })

  it.each([
    ['a comment that switches secretlint off for the line', `const t = '${github}' // secretlint-disable-line`],
    [
      'a comment that switches secretlint off for the next line',
      `// secretlint-disable-next-line\nconst t = '${github}'`,
    ],
    ['a comment that switches secretlint off for the file', `/* secretlint-disable */\nconst t = '${github}'`],
    ['a comment for gitleaks', `const t = '${github}' // gitleaks:allow`],
    ['a comment for reviewers', `const t = '${github}' // nosec, noqa, pragma: allowlist secret`],
    ['base64', `const t = atob('${Buffer.from(`token=${github}`).toString('base64')}')`],
    ['hexadecimal', `t = bytes.fromhex('${Buffer.from(github).toString('hex')}')`],
    ['a sum of two literals', `const t = '${start}' + '${end}'`],
    ['a sum over several lines', `const t =\n  "${start}" +\n  "${end}"`],
    ['a list that is joined', `const t = ['${start}', '${end}'].join('')`],
    ['adjacent literals', `t = ("${start}"\n     "${end}")`],
    [
      'base64 in two pieces',
      `const t = "${Buffer.from(github).toString('base64').slice(0, 30)}" + "${Buffer.from(github).toString('base64').slice(30)}"`,
    ],
    ['a sum in SQL', `SELECT '${start}' || '${end}'`],
    ['a sum in Haskell', `t = "${start}" ++ "${end}"`],
    ['a sum in Elixir', `t = "${start}" <> "${end}"`],
    ['a variable that grows', `t = "${start}";\nt += "${end}";`],
    ['a method that appends', `"${start}".concat("${end}")`],
    ['a template', `\`${start}$\{"${end}"}\``],
    ['a line end written out before it', `{"a":"x\\n${github}\\n"}`],
    ['hexadecimal escapes', `"${codes.map((code) => `\\x${code.toString(16)}`).join('')}"`],
    ['one Unicode escape', `"${github.replace('_', '\\u005f')}"`],
    ['octal escapes', `$'${codes.map((code) => `\\${code.toString(8).padStart(3, '0')}`).join('')}'`],
    ['percent signs', codes.map((code) => `%${code.toString(16)}`).join('')],
    ['references to characters', codes.map((code) => `&#${code};`).join('')],
    ['character codes', `String.fromCharCode(${codes.join(', ')})`],
    ['bytes', `[]byte{${codes.map((code) => `0x${code.toString(16)}`).join(', ')}}`],
    ['calls for each character', codes.map((code) => `chr(${code})`).join('+')],
    ['a text that is turned', `"${[...github].reverse().join('')}".split("").reverse().join("")`],
    ['a character that nobody sees', `${start}\u200b${end}`],
    ['a letter of another script', github.replace('p', '\u0440')],
    ['letters of full width', github.replace('ghp', '\uff47\uff48\uff50')],
    ['a line that goes on', `export T=${start}\\\n${end}`],
    ['a folded scalar', `t: >-\n  ${start}\n  ${end}\n`],
    [
      'lines of base64',
      Buffer.from(github)
        .toString('base64')
        .replace(/(.{20})/g, '$1\n'),
    ],
    ['base64 of base64', Buffer.from(Buffer.from(github).toString('base64')).toString('base64')],
    ['base64 behind a folder', `https://x.test.org/a/${Buffer.from(github).toString('base64')}`],
    ['base64 of UTF-16', Buffer.from(github, 'utf16le').toString('base64')],
    ['base64 of gzip', gzipSync(github).toString('base64')],
    ['two variables in a shell', `a="${start}"; b="${end}"; token="$a$b"`],
    ['two bare variables', `A=${start}\nB=${end}\ncurl -H "X: $\{A}$\{B}" x`],
    ['variables that are added', `const a = '${start}'\nconst b = '${end}'\nexport const t = a + b`],
    ['variables that are cut inside the prefix', `const a = 'gh'\nconst b = '${github.slice(2)}'\nlogin(a + b)`],
    ['a template of variables', `const a = '${start}', b = '${end}'\nconst t = \`$\{a}$\{b}\``],
    ['a variable and a literal', `a = "${start}"\nprint(a + "${end}")`],
    ['fields', `this.a = '${start}'; this.b = '${end}'\nreturn [this.a, this.b].join('')`],
    [
      'variables of variables',
      `a = "${start.slice(0, 9)}"\nb = "${start.slice(9)}"\nc = a + b\nd = "${end}"\nt = c + d`,
    ],
    ['a pattern with slots', `a := "${start}"\nb := "${end}"\nt := fmt.Sprintf("%s%s", a, b)`],
    ['a pattern with names', `a = "${start}"\nb = "${end}"\nt = f"{a}{b}"`],
    ['variables of PHP', `$a = '${start}';\n$b = '${end}';\n$t = $a . $b;`],
    ['variables that come later', `all: ; echo $(A)$(B)\nA = ${start}\nB = ${end}`],
    ['base64 in variables', `a="${encoded.slice(0, 20)}"\nb="${encoded.slice(20)}"\necho "$a$b" | base64 -d`],
    ['tags', `<a>${start}</a>\n<b>${end}</b>`],
    ['entries', `{"first": "${start}", "second": "${end}"}`],
    ['commands', `printf ${'%s'} "${start}" > t\nprintf ${'%s'} "${end}" >> t`],
    ['a mark that sed takes out', `echo ${start}@@${end} | sed 's/@@//'`],
    ['a mark that a call takes out', `const t = "${start}~~${end}".replace("~~", "")`],
    ['rot13', `codecs.decode("${rot13(github)}", "rot13")`],
    ['letters that tr rotates', `echo ${rot13(github)} | tr 'A-Za-z' 'N-ZA-Mn-za-m'`],
    ['blanks between its characters', `t = "${[...github].join(' ')}"`],
    ['a dump of bytes', codes.map((code) => code.toString(16)).join(' ')],
    [
      'a dump of pairs',
      `00000000: ${Buffer.from(github)
        .toString('hex')
        .replace(/(.{4})/g, '$1 ')}`,
    ],
  ])('finds a token behind %s', async (_how, text) => {
    expect(await verdicts(added('src/a.js', `${text}\n`))).toEqual(['provider-github block'])
  })

  it('finds what the same detectors overlook where comments may switch them off', async () => {
    const text = `const t = '${github}' // secretlint-disable-line\n`

    const silenced = await lintSource({
      source: { filePath: 'a.js', content: text, contentType: 'text' },
      options: { config: { rules: [{ id: 'preset', rule: preset }] } },
    })

    expect(silenced.messages).toEqual([])
    expect(await verdicts(added('a.js', text))).toEqual(['provider-github block'])
  })

  it('is not switched off by configuration files that the change brings', async () => {
    const found = await verdicts(
      added('.gitleaks.toml', '[allowlist]\npaths = [".*"]\nregexes = [".*"]\n'),
      added('.secretlintrc.json', '{"rules":[]}'),
      added('.secretlintignore', '**\n'),
      added('.gitleaksignore', '*\n'),
      added('src/a.js', `const t = '${github}'\n`),
    )

    expect(found).toEqual(['provider-github block'])
  })

  it.each([
    [
      'a lockfile',
      added('package-lock.json', JSON.stringify({ packages: { x: { resolved: `https://r.example/x?t=${github}` } } })),
    ],
    ['a generated file', added('dist/app.min.js', `!function(){${'a=1;'.repeat(5000)}t="${github}"}()`)],
    ['a binary', added('data.bin', Buffer.concat([Buffer.from([0, 1, 2, 0]), Buffer.from(github), Buffer.from([0])]))],
    ['UTF-16 without a mark', added('a.txt', Buffer.from(github, 'utf16le'))],
    ['UTF-16', added('a.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(github, 'utf16le')]))],
    ['the target of a symlink', added('link', `../${github}`, '120000')],
  ])('finds a token in %s', async (_where, file) => {
    expect(await verdicts(file)).toEqual(['provider-github block'])
  })

  it('finds a token in the name of a file, and does not name the file', async () => {
    const [finding] = await findingsOf(secretsGate, [added(`notes/${github}.txt`, 'x\n')])

    expect(finding).toMatchObject({ rule: 'secret-in-name', severity: 'block', path: null })
    expect(leakOf(github.slice(4), finding)).toBeNull()
  })

  it('holds files that only ever hold credentials', async () => {
    expect(await verdicts(added('keys/id_rsa', 'x'), added('a/store.p12', 'x'), added('src/keys.ts', 'x'))).toEqual([
      'credential-store hold',
      'credential-store hold',
    ])
  })
})

describe('secretsGate: the job’s own values', () => {
  const secret = madeUp(31)
  const job = (...files: FileChange[]) => verdictsOf(secretsGate, files, { secrets: { NPM_TOKEN: secret } })
  const raw = Buffer.from(secret)

  it.each([
    ['as it is', `token: ${secret}`],
    ['base64', raw.toString('base64')],
    ['base64 after one byte', Buffer.from(`x${secret}yz`).toString('base64')],
    ['base64 after two bytes', Buffer.from(`xx${secret}yz`).toString('base64url')],
    ['hexadecimal', raw.toString('hex').toUpperCase()],
    ['reversed', [...secret].reverse().join('')],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
    ['gzip', gzipSync(raw)],
    ['lines of base64', raw.toString('base64').replace(/(.{12})/g, '$1\n')],
    ['a sum of literals', `"${secret.slice(0, 9)}" + "${secret.slice(9, 20)}" + "${secret.slice(20)}"`],
    ['a list of literals', `['${secret.slice(0, 15)}', '${secret.slice(15)}'].join('')`],
  ])('blocks a value written as %s', async (_how, content) => {
    expect(await job(added('src/a.txt', content))).toEqual(['job-secret block'])
  })

  it('blocks a value in a file name, with the name of the secret only', async () => {
    const findings = await findingsOf(secretsGate, [added(`a/${secret}`, 'x')], { secrets: { NPM_TOKEN: secret } })

    expect(findings).toMatchObject([{ rule: 'secret-in-name', path: null }])
    expect(findings[0]?.message).toContain('NPM_TOKEN')
    expect(leakOf(secret, findings)).toBeNull()
  })

  it('names the secret and the line, and shows none of the value', async () => {
    const findings = await findingsOf(secretsGate, [added('a.ts', `1\n2\nconst a = "${secret}"\n`)], {
      secrets: { NPM_TOKEN: secret, OTHER: madeUp(12).toLowerCase() },
    })

    expect(findings).toMatchObject([{ rule: 'job-secret', severity: 'block', path: 'a.ts', line: 3 }])
    expect(findings[0]?.message).toContain('NPM_TOKEN')
    expect(leakOf(secret, findings)).toBeNull()
  })

  it('only notes a value that the same file held before, and is quiet where it is gone', async () => {
    expect(await job(changed('a', `${secret}\n`, `${secret}\nmore\n`))).toEqual(['job-secret-before note'])
    expect(await job(changed('a', `${secret}\n`, 'gone\n'))).toEqual([])
    expect(await job(added('a', madeUp(30).toLowerCase()))).toEqual([])
  })

  it('holds when a value is too short to be searched for, and when an archive unfolds without end', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024))

    expect(await verdictsOf(secretsGate, [], { secrets: { PIN: '12' } })).toEqual(['secret-too-short hold'])
    expect(await job(added('a.gz', bomb))).toEqual(['unsearched-archive hold'])
  })
})

describe('secretsGate: purity', () => {
  it('never opens a file, not even the one that a change names', async () => {
    const path = join(tmpdir(), 'no-such-store.p12')
    const read = vi.spyOn(fs, 'readFileSync')
    syncBuiltinESMExports()
    const reads = () => read.mock.calls.filter(([file]) => String(file).endsWith('.p12')).length

    await findingsOf(secretsGate, [added(path, `\0${github}`), added('x.p12', `${github}\n`)])
    const byGate = reads()
    await lintSource({
      source: { filePath: path, content: 'text', ext: '.p12', contentType: 'text' },
      options: { config: { rules: [{ id: 'preset', rule: preset }] } },
    })

    expect(byGate).toBe(0)
    expect(reads()).toBe(1)
  })
})

/** Five characters of the secret in a row, if they are in there. */
function leakOf(secret: string, value: unknown): string | null {
  const text = JSON.stringify(value)
  for (let index = 0; index + 5 <= secret.length; index += 1) {
    const part = secret.slice(index, index + 5)
    if (text.includes(part)) return part
  }
  return null
}
