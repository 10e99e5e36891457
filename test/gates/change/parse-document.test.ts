import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../../worker/gates/change/parse-document.ts'
import { canonical } from '../../../worker/gates/change/read-value.ts'

describe('parseDocument', () => {
  it('reads JSON as editors write it', () => {
    const text = '// top\n{"a": "// no comment", /* in\nbetween */ "b": [1, 2, ], "c\\"": "\\\\",\n}\n'

    expect(parseDocument(text, 'jsonc')).toEqual({ ok: true, value: { a: '// no comment', b: [1, 2], 'c"': '\\' } })
  })

  it('reads npmrc lines with sections, comments and repeated keys', () => {
    const text = '; note\n# note\nregistry = https://r.example/\n[section]\nKey=1\nkey=2\nflag\n'

    expect(parseDocument(text, 'ini')).toEqual({
      ok: true,
      value: { registry: 'https://r.example/', 'section.key': '1\n2', 'section.flag': '' },
    })
  })

  const laughs = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
  ]

  it.each([
    ['a YAML bomb', laughs.join('\n'), 'yaml'],
    ['an alias loop', 'a: &a\n  b: *a\n', 'yaml'],
    ['two values for one key', 'a: 1\na: 2\n', 'yaml'],
    ['several documents', 'a: 1\n---\na: 2\n', 'yaml'],
    ['brackets without end', '['.repeat(100_000), 'json'],
    ['brackets without end', '['.repeat(100_000), 'yaml'],
    ['comments without end', '/*'.repeat(200_000), 'jsonc'],
    ['an unclosed string of escapes', `"${'\\"'.repeat(200_000)}`, 'jsonc'],
    ['closing brackets without end', ']'.repeat(90_000), 'yaml'],
    ['quotes without end', '"'.repeat(90_000), 'yaml'],
    ['a key that comes twice below', 'a:\n  b: 1\n  "b": 2\n', 'yaml'],
    ['a file too large to read', `# ${'x'.repeat(200_000)}`, 'yaml'],
    ['nothing', '', 'json'],
    ['a key behind a comment that some readers end at a carriage return', 'a: 1 #\rb: 2\n', 'yaml'],
    ['a key behind a comment that some readers end at NEL', 'a: 1 #\u0085b: 2\n', 'yaml'],
    ['a key behind a comment that some readers end at U+2028', 'a: 1 #\u2028b: 2\n', 'yaml'],
    ['a value behind a comment that editors end at a carriage return', '{//\r"a": 1\n}', 'jsonc'],
    ['a value that a comment uncovers and another one covers', '{// \u2028/*\n"a": 1\n// \u2028*/\n}', 'jsonc'],
  ] as const)('refuses %s in time, with a reason that quotes nothing', (_what, text, format) => {
    const parsed = parseDocument(text, format)

    expect(parsed).toMatchObject({ ok: false, why: expect.stringMatching(/^it is [a-zA-Z ]{1,40}$/) })
  })

  it('reads files whose lines end as on Windows', () => {
    expect(parseDocument('a: 1 # b\r\nb: 2\r\n', 'yaml')).toEqual({ ok: true, value: { a: 1, b: 2 } })
    expect(parseDocument('{ // a\r\n"a": 1 // b\r\n}\r\n', 'jsonc')).toEqual({ ok: true, value: { a: 1 } })
  })

  it('reads a YAML map of many keys in time', () => {
    const parsed = parseDocument(Array.from({ length: 20_000 }, (_none, index) => `k${index}: 1`).join('\n'), 'yaml')

    expect(parsed.ok).toBe(true)
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('json', 'jsonc', 'yaml', 'ini'),
        (text, format) => {
          const parsed = parseDocument(text, format)
          if (parsed.ok) canonical(parsed.value)
        },
      ),
    )
  })

  it('reads JSON and JSON with comments alike, but for a key that readers take for two things', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!text.includes('"__proto__"'))
        expect(parseDocument(text, 'jsonc')).toEqual(parseDocument(text, 'json'))
      }),
    )
  })
})
