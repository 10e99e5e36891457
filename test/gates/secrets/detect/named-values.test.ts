import { describe, expect, it } from 'vitest'
import { assignmentAt } from '../../../../worker/gates/secrets/detect/find-assignments.ts'
import { findSecrets } from '../../../../worker/gates/secrets/detect/find-secrets.ts'
import { judgeName } from '../../../../worker/gates/secrets/detect/judge-name.ts'
import { whyNoSecret } from '../../../../worker/gates/secrets/detect/judge-value.ts'

const value = ['k7Qx2Vn9Lw', '4Tz8Rb3Hd6'].join('')

describe('values that their name calls secret', () => {
  it.each([
    ['a shell variable', `export ACME_TOKEN=${value}`],
    ['a literal', `const acmeToken = "${value}";`],
    ['a literal with a type', `const acmeToken: string = '${value}'`],
    ['Go', `acmeToken := \`${value}\``],
    ['PHP', `'acme_token' => '${value}',`],
    ['JSON', `{ "acmeToken": "${value}" }`],
    ['JSON in a string', `"{\\"acmeToken\\": \\"${value}\\"}"`],
    ['YAML', `acme_token: ${value}`],
    ['properties', `acme.api.token=${value}`],
    ['a call', `System.setProperty("ACME_TOKEN", "${value}")`],
    ['a default', `env("ACME_TOKEN", "${value}")`],
    ['XML', `<acmeToken>${value}</acmeToken>`],
    ['an attribute', `<add key="AcmeToken" value="${value}" />`],
    ['an option', `tool --acme-token ${value} --verbose`],
    ['an index', `os.environ["ACME_TOKEN"] = "${value}"`],
    ['make', `ACME_TOKEN ?= ${value}`],
    ['a bearer', `"authorization": "Bearer ${value}"`],
    ['a header without quotes', `Authorization: Bearer ${value}`],
    ['a header of a provider', `Authorization: SSWS ${value}`],
    ['a macro', `#define ACME_TOKEN "${value}"`],
    ['an option of a library', `curl_easy_setopt(curl, CURLOPT_PASSWORD, "${value}")`],
    ['a comparison', `if (token === "${value}") {`],
    ['a fallback of Python', `token = os.environ.get("TOKEN") or "${value}"`],
    ['an address that is an argument', `get('https://api.acme.dev/v1?api_key=${value}')`],
    ['a name in one word', `openweatherapikey=${value}`],
    ['a key without quotes, long enough to be one', `acme_key=${value}b1`],
  ])('finds one in %s', (_how, text) => {
    const [match] = findSecrets(text)

    expect(match).toMatchObject({ rule: 'named-value', certainty: 'likely' })
    expect(text.slice(match?.start, match?.end)).toContain(value)
  })

  it.each([
    ['which begins like a token and is longer than one', `token = "glpat-+${value}${value}"`],
    ['which AWS gave, though it has slashes', `AWS_SECRET_ACCESS_KEY=${'kQx/Vn/L4w'.repeat(4)}`],
    ['which NuGet calls a password, though it is a word', '<add key="ClearTextPassword" value="TheSourceOfAll" />'],
    ['of signs by chance, as frameworks make them', 'SECRET_KEY = "_du9e^cmago!%(^+=gr@cu@v9-v7ulhbk2s3!w&39w4+x"'],
    ['with a sign in a word', 'password = "super$ecretive"'],
    ['of letters in both cases, without a digit', 'password: "KiQSRCRiGFLPDiIdZZLBXaNzXCMEdYIs"'],
    ['with a short name for a password', 'id: master, pw: dipPr10Gg!'],
  ])('finds a value %s', (_what, text) => {
    expect(findSecrets(text)).toMatchObject([{ rule: 'named-value' }])
  })

  it.each([
    ['a reference', 'token = "$' + '{ACME_TOKEN}"', 'a reference to a value, not the value'],
    ['an environment variable', 'const token = process.env.ACME_TOKEN', 'a reference to a value, not the value'],
    ['a template', "password: '{{ .Values.password }}'", 'a reference to a value, not the value'],
    ['a placeholder', 'API_KEY="your-api-key-goes-here-1234"', 'the word of an example'],
    ['crossed out', `api_key: "xxxxxxxx-${value}"`, 'the word of an example'],
    ['a finger along the alphabet', 'token = "abcdefghijklmnopqrst12"', 'a run of the alphabet or of the digits'],
    ['one character', 'secret = "aaaaaaaaaaaaaaaaaa1a"', 'one character again and again'],
    ['a path', 'secret: /run/keys/acme-2024-01-token', 'a path or an address'],
    ['an address', 'token_endpoint_auth = "https://acme.dev/oauth/token2"', 'a path or an address'],
    ['words', 'const token = "invalid-token-received-again"', 'words'],
    ['a number', 'token = 1234567890', 'a number'],
    ['a version of a package', '"js-tokens": "npm:^4.0.0"', 'a version'],
    ['what is too short', 'secret = "a1b2c3"', 'too short'],
    ['escapes of another script', 'password = "\\u1353\\u120b\\u12cd"', 'text in another script'],
    ['the beginning of a token', 'token = "glpat-k7Qx2Vn9"', 'the beginning of a token, not a whole one'],
    [
      'an encrypted AWS secret',
      `AWS_SECRET_ACCESS_KEY = ${'kQx2Vn9Lw4'.repeat(5)}==`,
      'not of the form that AWS gives its secrets',
    ],
    ['what a cluster alone can open', `token: AgB${'kQx2Vn9Lw4'.repeat(40)}`, 'sealed for a cluster'],
    ['a constant of a program', 'acme_token: "NV2080_CTRL_CMD_NVLINK_KEY"', 'words'],
    ['a pattern', 'token = "[A-Za-z0-9_-]{20,40}!@#"', 'code or prose'],
    ['what has a scheme', `x_token: Basic ${'k7Qx.2Vn9'.repeat(3)}`, 'a user and a password, judged by what they say'],
    ['a crossed-out token', 'token = "572370529330-573807301142-##########"', 'the word of an example'],
  ])('tells %s apart, and says why', (_how, text, why) => {
    const at = text.search(/token|secret|password|api_key/i)
    const found = assignmentAt(text, at)

    expect(found === null ? null : whyNoSecret(found)).toBe(why)
    expect(findSecrets(text)).toEqual([])
  })

  it.each([
    'const token = create2Token9x(request)',
    'const token = k7Qx2Vn9Lw4Tz8Rb;',
    'return client(token: k7Qx2Vn9Lw4Tz8Rb)',
    'key = adf4c1dbRdW3rOcB7xLthrM4BTBG',
  ])('takes %s for code', (text) => {
    expect(findSecrets(text)).toEqual([])
  })

  it.each([
    ['tokenType', null],
    ['api_key_id', null],
    ['publicKey', null],
    ['csrf_token', null],
    ['primaryKey', null],
    ['author', null],
    ['keyboardLayout', null],
    ['fakeToken', null],
    ['clientSecret', 'strong'],
    ['ACME_API_KEY', 'strong'],
    ['db.password', 'strong'],
    ['license', null],
    ['sec-websocket-key', null],
    ['license_key', 'strong'],
    ['SOME_KEY', 'weak'],
    ['openweatherapikey', 'strong'],
    ['storageaccountkey', 'strong'],
    ['jwtsecret', 'strong'],
    ['csrftoken', null],
    ['mysqlpass', 'strong'],
    ['bypass', null],
    ['pass_mask', null],
    ['bitBarSecret', 'strong'],
  ])('takes the name %s for %s', (name, strength) => {
    expect(judgeName(name)).toBe(strength)
  })
})
