import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { resolvePolicy } from '../../../app/repo-policy/resolve-policy.ts'

const file = '.github/airlock.yml'

function problemsOf(text: string) {
  const result = parsePolicy(text, file)
  return result.ok ? [] : result.problems
}

function resolve(organisation: string, repository: string) {
  const levelOf = (text: string, name: string) => {
    const parsed = parsePolicy(text, name)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    return parsed.policy
  }
  return resolvePolicy({
    operator: null,
    organisation: levelOf(organisation, 'the organisation'),
    repository: levelOf(repository, file),
  })
}

const rule = (text: string) => `setup:\n  network:\n    - npm\n    - ${text}\n`

describe('a rule of a network list', () => {
  it.each([
    '{ host: npm.example.com }',
    '{ host: "*.example.com", port: 8443, methods: [GET, POST], paths: [/, "/a/*/c", "/**", "/@acme%2f*"] }',
    '{ host: npm.example.com, credential: { secret: NPM_TOKEN } }',
    '{ host: npm.example.com, credential: { secret: NPM_TOKEN, username: x-access-token } }',
    '{ host: npm.example.com, credential: { secret: NPM_TOKEN, header: X-Api-Key, format: "key {}" } }',
  ])('is taken: %s', (text) => {
    expect(problemsOf(rule(text))).toEqual([])
  })

  it.each([
    ['{ host: "*" }', 'host', /every host/],
    ['{ host: "*.com" }', 'host', /public suffix/],
    ['{ host: co.uk }', 'host', /public suffix/],
    ['{ host: npm }', 'host', /domain/],
    ['{ host: 10.0.0.1 }', 'host', /no address/],
    ['{ host: "example.com:443" }', 'host', /no port/],
    ['{ host: https://example.com }', 'host', /no URL/],
    ['{ host: example.com, port: 0 }', 'port', /1/],
    ['{ host: example.com, methods: [] }', 'methods', /1/],
    ['{ host: example.com, methods: [TRACE] }', 'methods[0]', /GET/],
    ['{ host: example.com, methods: [get] }', 'methods[0]', /GET/],
    ['{ host: example.com, paths: [acme] }', 'paths[0]', /plain characters/],
    ['{ host: example.com, paths: ["/a/../b"] }', 'paths[0]', /plain characters/],
    ['{ host: example.com, paths: ["/a//b"] }', 'paths[0]', /plain characters/],
    ['{ host: example.com, paths: ["/a%2e"] }', 'paths[0]', /plain characters/],
    ['{ host: example.com, paths: ["/a**"] }', 'paths[0]', /alone/],
    ['{ host: example.com, paths: ["/a?b"] }', 'paths[0]', /plain characters/],
    ['{ host: example.com, netwrok: x }', 'netwrok', /unknown key/],
    ['{ host: "*.example.com", credential: { secret: A } }', 'credential', /one host/],
    ['{ host: example.com, credential: {} }', 'credential.secret', /string/],
    ['{ host: example.com, credential: { secret: ../A } }', 'credential.secret', /NPM_TOKEN/],
    ['{ host: example.com, credential: { secret: A, format: "Bearer" } }', 'credential.format', /\{\} once/],
    ['{ host: example.com, credential: { secret: A, format: "{}\\r\\nX: y" } }', 'credential.format', /ASCII/],
    ['{ host: example.com, credential: { secret: A, header: Host } }', 'credential.header', /not for a credential/],
    ['{ host: example.com, credential: { secret: A, header: "A: b" } }', 'credential.header', /name of a header/],
    ['{ host: example.com, credential: { secret: A, username: "a:b" } }', 'credential.username', /colon/],
    ['{ host: example.com, credential: { secret: A, username: a, header: X-A } }', 'credential', /no place/],
    ['7', '', /preset/],
  ])('is refused with path, line and reason: %s', (text, path, reason) => {
    const [problem] = problemsOf(rule(text))

    expect(problem).toMatchObject({ path: ['setup.network[1]', path].filter(Boolean).join('.'), line: 4 })
    expect(problem?.message).toMatch(reason)
  })

  it.each([
    ['"*"', /every host/],
    ['"*.github.io"', /public suffix/],
    ['co.uk', /public suffix/],
  ])('says why the entry %s is too wide', (entry, reason) => {
    expect(problemsOf(`network: [${entry}]\n`)[0]?.message).toMatch(reason)
  })

  it('gives the agent no credential', () => {
    const problems = problemsOf('network: [{ host: example.com, credential: { secret: A } }]\n')

    expect(problems).toMatchObject([{ path: 'network[0].credential', line: 1 }])
    expect(problems[0]?.message).toContain('the agent has none')
  })
})

const withRule = (text: string) => `setup: { network: [${text}] }`

describe('a rule of a repository under one of its organisation', () => {
  it.each([
    ['example.com', '{ host: example.com, methods: [GET], paths: ["/a/**"] }'],
    ['"*.example.com"', '{ host: a.example.com }'],
    ['{ host: example.com }', '"example.com:443"'],
    ['{ host: example.com, methods: [GET, POST] }', '{ host: example.com, methods: [GET] }'],
    ['{ host: example.com, paths: ["/a/**"] }', '{ host: example.com, paths: ["/a/b/*", "/a/**"] }'],
    ['{ host: example.com, credential: { secret: A } }', '{ host: example.com, credential: { secret: A } }'],
    ['{ host: example.com, credential: { secret: A } }', '"example.com:443"'],
  ])('%s lets %s be', (above, below) => {
    expect(resolve(withRule(above), withRule(below)).ok).toBe(true)
  })

  it.each([
    ['{ host: example.com }', 'example.com'],
    ['{ host: example.com }', '{ host: example.com, port: 22 }'],
    ['{ host: example.com, methods: [GET] }', '"example.com:443"'],
    ['{ host: example.com, methods: [GET] }', '{ host: example.com }'],
    ['{ host: example.com, methods: [GET] }', '{ host: example.com, methods: [GET, PUT] }'],
    ['{ host: example.com, paths: ["/a/**"] }', '{ host: example.com, paths: ["/ab"] }'],
    ['{ host: example.com, paths: ["/a/*"] }', '{ host: example.com, paths: ["/a/b"] }'],
    ['{ host: example.com, paths: ["/*/b/**"] }', '{ host: example.com, paths: ["/a/b/c"] }'],
    ['npm', '{ host: registry.example.com }'],
    ['{ host: example.com, credential: { secret: A } }', '{ host: example.com, credential: { secret: A, header: X } }'],
  ])('%s refuses %s as wider', (above, below) => {
    expect(resolve(withRule(above), withRule(below))).toMatchObject({
      ok: false,
      problems: [{ file, path: 'setup.network', line: 1 }],
    })
  })

  it('may not send a secret of the organisation to another host, nor take it inside', () => {
    const organisation = 'setup: { network: [a.example, b.example, { host: a.example, credential: { secret: A } }] }'
    const elsewhere = withRule('{ host: b.example, credential: { secret: A } }')
    const inside = 'setup: { secrets: [A] }'
    const another = 'setup: { secrets: [B] }'

    expect(resolve(organisation, elsewhere)).toMatchObject({ ok: false, problems: [{ path: 'setup.network' }] })
    expect(resolve(organisation, inside)).toMatchObject({ ok: false, problems: [{ path: 'setup.secrets' }] })
    expect(resolve(organisation, another).ok).toBe(true)
  })

  it('may only use the secrets that the organisation lists, in any way', () => {
    const credential = (secret: string) => withRule(`{ host: a.example, credential: { secret: ${secret} } }`)

    expect(resolve('setup: { secrets: [A] }', credential('A')).ok).toBe(true)
    expect(resolve('setup: { secrets: [A] }', credential('B'))).toMatchObject({ ok: false })
    expect(resolve('setup: { secrets: [] }', credential('A'))).toMatchObject({ ok: false })
  })
})
