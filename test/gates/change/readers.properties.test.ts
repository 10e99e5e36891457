/** What the readers of a change promise for every change, not for the ones that somebody thought of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compileGlobs } from '../../../worker/gates/change/compile-globs.ts'
import { decodeLeniently, decodeText, splitLines } from '../../../worker/gates/change/decode-text.ts'
import { parseDocument } from '../../../worker/gates/change/parse-document.ts'
import { printable } from '../../../worker/gates/change/printable.ts'
import { canonical, entriesAt, valueAt } from '../../../worker/gates/change/read-value.ts'
import { stripJsonComments } from '../../../worker/gates/change/strip-json-comments.ts'
import { viewChange } from '../../../worker/gates/change/view-change.ts'
import { yamlStyles } from '../../fixtures/yaml-styles.ts'
import { added, changed, gateInput } from '../gate-input.ts'

const view = (...files: Parameters<typeof gateInput>[0]) => viewChange(gateInput(files).changeSet)
/** Few words, so that lines come twice. */
const line = fc
  .oneof(fc.constantFrom('', 'a', 'b', '  a', '}'), fc.string({ unit: 'grapheme', maxLength: 6 }))
  .map(oneLine)
const lines = fc.array(line, { maxLength: 12 })

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, '')
}

describe('the view of a change', () => {
  it('has as added lines of the file as it is, in order, each once, and no more than there are', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [file] = view(changed('a.ts', before.join('\n'), after.join('\n')))
        const found = file?.added ?? []

        expect(found.map(({ text }) => text)).toEqual(found.map(({ number }) => file?.after?.lines[number - 1]))
        expect(found.map(({ number }) => number)).toEqual(
          [...new Set(found.map(({ number }) => number))].toSorted((a, b) => a - b),
        )
        expect(found.length).toBeLessThanOrEqual(file?.after?.lines.length ?? 0)
      }),
    )
  })

  it('counts what a file has more often than before, and that alone', () => {
    const count = (all: readonly string[], text: string) => all.filter((one) => one === text).length
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [file] = view(changed('a.ts', before.join('\n'), after.join('\n')))
        for (const text of new Set([...before, ...after])) {
          const more = count(file?.after?.lines ?? [], text) - count(file?.before?.lines ?? [], text)
          expect(count(file?.added.map((one) => one.text) ?? [], text)).toBe(Math.max(0, more))
        }
      }),
    )
  })

  it('finds nothing where lines only change places', () => {
    fc.assert(
      fc.property(
        lines.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([before, after]) => {
          expect(view(changed('a.ts', before.join('\n'), after.join('\n')))[0]?.added).toEqual([])
        },
      ),
    )
  })

  it('finds a new line wherever it is put, by any line end, beside any other file', () => {
    fc.assert(
      fc.property(lines, lines, fc.nat(20), fc.constantFrom('\n', '\r', '\r\n'), (before, other, at, end) => {
        const place = Math.min(at, before.length)
        const after = before.toSpliced(place, 0, 'evil()')
        const files = view(changed('b.ts', before.join(end), after.join(end)), added('a.ts', other.join(end)))

        const found = files.find(({ path }) => path === 'b.ts')?.added.filter(({ text }) => text === 'evil()')
        expect(found).toEqual([{ number: place + 1, text: 'evil()', moved: false }])
      }),
    )
  })

  it('takes no more lines for moved than left another place of the change', () => {
    fc.assert(
      fc.property(lines, lines, lines, (before, after, target) => {
        const files = view(changed('a.ts', before.join('\n'), after.join('\n')), added('b.ts', target.join('\n')))
        const moved = files.flatMap((file) => file.added.filter((one) => one.moved).map(({ text }) => text))
        for (const text of new Set(moved)) {
          const count = (all: readonly string[]) => splitLines(all.join('\n')).filter((one) => one === text).length
          expect(moved.filter((one) => one === text).length).toBeLessThanOrEqual(count(before))
        }
      }),
    )
  })
})

describe('bytes as text', () => {
  it('are the text that was written, with and without a byte order mark', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\ufeff]/.test(text)),
        (text) => {
          const swapped = Buffer.from(text, 'utf16le').swap16()
          expect(decodeText(Buffer.from(text))).toBe(text)
          expect(decodeText(Buffer.from(`\ufeff${text}`))).toBe(text)
          expect(decodeText(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(text)
          expect(decodeText(Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]))).toBe(text)
        },
      ),
    )
  })

  it('show printable ASCII whatever stands around it', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1 })
    fc.assert(
      fc.property(fc.uint8Array(), ascii, fc.uint8Array(), (before, text, after) => {
        // A byte order mark of UTF-16 says that it is no such text; a first byte of a longer character takes one along.
        fc.pre((before[0] ?? 0) < 0xfe && after.every((byte) => byte < 0x80))
        const content = Buffer.concat([before, Buffer.from(`\n${text}`), after])
        expect(decodeLeniently(content)).toContain(text)
      }),
    )
  })

  it('are cut into lines that have no line end, and lose nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('\n', '\r', '\r\n', 'x')), (text, ends) => {
        const whole = text + ends.join('')
        const cut = splitLines(whole)
        for (const one of cut) expect(one).not.toMatch(/[\r\n]/)
        expect(cut.join('')).toBe(whole.replace(/[\r\n]/g, ''))
      }),
    )
  })
})

describe('documents', () => {
  /** Numbers that every format can say. */
  const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)))

  it('in JSON and YAML are what was written, in whatever style', () => {
    const styles = fc.record({ ...yamlStyles, lineWidth: fc.constantFrom(0, 30, 80) })
    fc.assert(
      fc.property(json, styles, (value, style) => {
        expect(parseDocument(JSON.stringify(value), 'json')).toEqual({ ok: true, value })
        expect(parseDocument(JSON.stringify(value, null, style.indent), 'yaml')).toEqual({ ok: true, value })
        expect(parseDocument(stringify(value, style), 'yaml')).toEqual({ ok: true, value })
      }),
    )
  })

  it('in JSON with comments are what they are without, wherever a comment or a last comma stands', () => {
    const comment = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => `//${oneLine(text).replace(/[\u2028\u2029]/g, '')}\n`),
      fc.string({ unit: 'grapheme' }).map((text) => `/*${text.replaceAll('*/', '')}*/`),
      fc.constantFrom('', ' ', '\n', '\t'),
    )
    fc.assert(
      fc.property(json, fc.infiniteStream(comment), (value, comments) => {
        const text = withComments(value, () => comments.next().value)
        expect(parseDocument(text, 'jsonc')).toEqual({ ok: true, value })
        const plain = stripJsonComments(text)
        expect(plain.length).toBeLessThanOrEqual(text.length)
        expect(stripJsonComments(plain)).toBe(plain)
      }),
    )
  })

  it('of lines have every entry, whatever stands between them', () => {
    const key = fc.stringMatching(/^[a-z_:/][a-z_:/.-]{0,10}$/)
    const value = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => oneLine(text).trim())
    const noise = fc.constantFrom('', '; note', '# note', '   ')
    fc.assert(
      fc.property(fc.dictionary(key, value), noise, fc.constantFrom('=', ' = '), (entries, between, equals) => {
        const text = Object.entries(entries).map(([name, one]) => `${between}\n${name.toUpperCase()}${equals}${one}`)
        expect(parseDocument(text.join('\n'), 'ini')).toEqual({ ok: true, value: { ...entries } })
      }),
    )
  })

  it('mean the same in whatever order their keys stand, and another thing where a value is another', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (object, other) => {
        const turned = Object.fromEntries(Object.entries(object).toReversed())
        expect(canonical(turned)).toBe(canonical(object))
        const [key = 'k'] = Object.keys(object)
        const altered = { ...object, [key]: { other } }
        expect(canonical(altered)).not.toBe(canonical(object))
        expect(JSON.parse(canonical(object))).toEqual(JSON.parse(JSON.stringify(object)))
      }),
    )
  })

  it('give only what is their own', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'a', '0')
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(names, { minLength: 1, maxLength: 3 }), (value, keys) => {
        const found = valueAt(value, ...keys)
        expect(typeof found).not.toBe('function')
        for (const [key] of entriesAt(value, ...keys)) expect(Object.hasOwn(Object(found), key)).toBe(true)
      }),
    )
  })
})

/** A value as an editor writes it: something between any two tokens, and a comma behind what is last. */
function withComments(value: unknown, next: () => string): string {
  const around = (text: string) => `${next()}${text}${next()}`
  const all = (open: string, parts: readonly string[], close: string) =>
    around(`${open}${parts.map((part) => `${part},`).join(next())}${next()}${close}`)
  if (Array.isArray(value))
    return all(
      '[',
      value.map((one) => withComments(one, next)),
      ']',
    )
  if (typeof value !== 'object' || value === null) return around(JSON.stringify(value))
  const entries = Object.entries(value)
  return all(
    '{',
    entries.map(([key, one]) => `${around(JSON.stringify(key))}:${withComments(one, next)}`),
    '}',
  )
}

describe('a piece of a change in a message', () => {
  it('has nothing that cannot be seen or that ends a code span, and is bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 100 }), (text, max) => {
        const shown = printable(text, max)
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}`]/u)
        expect(shown.length).toBeLessThanOrEqual(max + 1)
        if (shown.length < max) expect(printable(shown, max)).toBe(shown)
      }),
    )
  })

  it('is the piece itself where all of it can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(printable(text, text.length)).toBe(text.replaceAll('`', "'"))
      }),
    )
  })
})

describe('globs', () => {
  const segment = fc.stringMatching(/^[a-z][a-z0-9._-]{0,6}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))

  it('find a path by its own name, in whatever case, below any folder, and beside any other glob', () => {
    fc.assert(
      fc.property(path, path, fc.array(path, { maxLength: 3 }), (name, folder, others) => {
        expect(compileGlobs([...others, name])(name.toUpperCase())).toBe(true)
        expect(compileGlobs([`**/${name}`, ...others])(`${folder}/${name}`)).toBe(true)
        expect(compileGlobs([`${folder}/**`])(`${folder}/${name}`)).toBe(true)
      }),
    )
  })

  it('find no other path', () => {
    fc.assert(
      fc.property(path, path, (name, other) => {
        fc.pre(name !== other)
        expect(compileGlobs([name])(other)).toBe(false)
      }),
    )
  })
})
