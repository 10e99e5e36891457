/** What the readers of licenses promise for whatever file they read. */
import fc from 'fast-check'
import parse from 'spdx-expression-parse'
import { describe, expect, it } from 'vitest'
import { declaredLicense } from '../../../worker/gates/licenses/carried/declared-licenses.ts'
import { readLicenses } from '../../../worker/gates/licenses/carried/read-licenses.ts'
import { comparableIds, isAmong } from '../../../worker/gates/licenses/carried/same-license.ts'
import { type CommentBlock, commentBlocks, plainBlock } from '../../../worker/gates/licenses/headers/comment-blocks.ts'
import { copyrightHolders } from '../../../worker/gates/licenses/headers/copyright-holders.ts'
import { comparable, headerWords } from '../../../worker/gates/licenses/headers/header-words.ts'
import { keyOf, loadLicenseNames } from '../../../worker/gates/licenses/headers/license-names.ts'
import { parseName } from '../../../worker/gates/licenses/headers/parse-name.ts'
import { spdxTags } from '../../../worker/gates/licenses/headers/spdx-tags.ts'
import { gramLength, gramsOf, WordNumbers } from '../../../worker/gates/licenses/texts/grams.ts'
import { wordsOf } from '../../../worker/gates/licenses/texts/words.ts'

const fragments = [
  '/*',
  '*/',
  ' * ',
  '//',
  '#',
  '<!--',
  '-->',
  '"""',
  '{#',
  '#}',
  '--[[',
  ']]',
  '=begin',
  '=end',
  'dnl ',
  '/*! ',
]
const words = [
  'SPDX-License-Identifier:',
  'MIT',
  ' OR ',
  'licensed under',
  'GPL',
  'version 2',
  'Copyright (c) 2020',
  'Foo Ltd',
  '`',
  '',
  'x = 1',
]
const line = fc
  .array(fc.oneof(fc.constantFrom(...fragments, ...words), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(' ').replace(/[\r\n]/g, ''))
const lines = fc.array(line, { maxLength: 12 })

/** How languages write a comment of these lines. */
const styles: readonly ((text: readonly string[]) => string[])[] = [
  (text) => text.map((one) => `// ${one}`),
  (text) => text.map((one) => `# ${one}`),
  (text) => text.map((one) => `-- ${one}`),
  (text) => text.map((one) => `;; ${one}`),
  (text) => text.map((one) => `% ${one}`),
  (text) => text.map((one) => `dnl ${one}`),
  (text) => text.map((one) => `REM ${one}`),
  (text) => ['/*', ...text.map((one) => ` * ${one}`), ' */'],
  (text) => [`/* ${text[0]}`, ...text.slice(1), '*/'],
  (text) => ['<!--', ...text, '-->'],
  (text) => ['"""', ...text, '"""'],
  (text) => ['{-', ...text, '-}'],
  (text) => ['(*', ...text, '*)'],
  (text) => ['--[[', ...text, ']]'],
  (text) => ['=begin', ...text, '=end'],
]
const style = fc.constantFrom(...styles)
/** No comment, and nothing that opens one. */
const code = fc.array(fc.stringMatching(/^v[a-z]{0,7} = [a-z]{1,8}\(\d{1,3}\)$/), { maxLength: 6 })
const id = fc.constantFrom('MIT', 'Apache-2.0', 'GPL-2.0-or-later', 'BSD-3-Clause', 'MPL-2.0', 'ISC', 'LicenseRef-Acme')
const expression: fc.Arbitrary<string> = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { maxDepth: 2 },
    id,
    fc.tuple(tie('all'), fc.constantFrom(' AND ', ' OR '), tie('all')).map((parts) => `(${parts.join('')})`),
    fc.constant('GPL-2.0-only WITH Classpath-exception-2.0'),
  ),
})).all

describe('comments', () => {
  it('have lines of the file, each at its place, in one block at most', () => {
    fc.assert(
      fc.property(lines, (all) => {
        for (const blocks of [commentBlocks(all), [plainBlock(all)]]) {
          const found = blocks.flatMap((block) => block.lines)
          for (const { index, text } of found)
            expect(all[index]?.includes(text) || text.startsWith('License: ')).toBe(true)
          const indices = found.map(({ index }) => index)
          expect(indices).toEqual(indices.toSorted((a, b) => a - b))
          expect(new Set(indices).size).toBe(indices.length)
        }
      }),
    )
  })

  it('are found in whatever way a language writes them, wherever they stand', () => {
    const text = fc.array(fc.stringMatching(/^[A-Z][a-z]{0,9} [a-z]{1,9}\.$/), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(style, text, code, code, (write, said, before, after) => {
        const comment = write(said)
        const blocks = commentBlocks([...before, ...comment, ...after])
        const found = blocks.map((block) => block.lines.map((one) => one.text).filter((one) => one !== ''))
        expect(found).toEqual([said])
      }),
    )
  })
})

describe('an SPDX tag', () => {
  it('is read as it was written, in any comment at any place, and once', async () => {
    await fc.assert(
      fc.asyncProperty(style, expression, code, code, async (write, said, before, after) => {
        const all = [...before, ...write([`SPDX-License-Identifier: ${said}`]), ...after]
        const place = all.findIndex((one) => one.includes('SPDX'))

        const found = await readLicenses(all, 'code')
        expect(found).toEqual([{ how: 'tag', expression: said, ids: [said], sure: true, from: place, to: place }])
      }),
    )
  })

  it('has an expression only where it is one, and stands on the line that says it', () => {
    fc.assert(
      fc.property(lines, (all) => {
        for (const { words: said, expression: found, index } of commentBlocks(all).flatMap(spdxTags)) {
          expect(all[index]).toContain(said)
          if (found !== null) expect(() => parse(found)).not.toThrow()
        }
      }),
    )
  })
})

describe('what a file says of its license', () => {
  it('is on its lines, no more than there are, and the same when it is asked twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom<'code' | 'license' | 'prose' | 'data'>('code', 'license', 'prose', 'data'),
        async (all, kind) => {
          const found = await readLicenses(all, kind)
          expect(found.length).toBeLessThanOrEqual(all.length)
          for (const { from, to } of found) {
            expect(from).toBeGreaterThanOrEqual(0)
            expect(to).toBeGreaterThanOrEqual(from)
            expect(to).toBeLessThan(all.length)
          }
          expect(await readLicenses(all, kind)).toEqual(found)
        },
      ),
    )
  })

  it('is nothing where no word of it speaks of licenses', async () => {
    await fc.assert(
      fc.asyncProperty(code, style, async (all, write) => {
        expect(await readLicenses([...write(all), ...all], 'code')).toEqual([])
      }),
    )
  })

  it('is known by its name of up to twelve words, however it is written, before and behind whatever', async () => {
    const names = await loadLicenseNames()
    const known = fc.constantFrom(
      ...[...names.keys()].filter((key) => key !== '' && !key.includes('compatible') && key.split(' ').length <= 12),
    )
    fc.assert(
      fc.property(known, fc.boolean(), (name, upper) => {
        const said = upper ? name.toUpperCase() : name
        expect(keyOf(said)).toBe(keyOf(keyOf(said)))
        const block: CommentBlock = { lines: [{ index: 0, text: `${said} zzz` }], heads: true }
        const found = parseName(headerWords(block), 0, names)
        const first = names.get(name)
        if (/\b(?:a|l)?gpl\b|\bgnu\b|general public/.test(name)) expect(found).not.toBeNull()
        else expect(found).toMatchObject({ expression: first?.expression, sure: first?.sure })
      }),
    )
  })

  it('is compared by words that do not change when they are read again', () => {
    fc.assert(
      fc.property(
        fc.array(line).map((all) => all.join(' ')),
        (text) => {
          const once = comparable(text)
          expect(comparable(once.join(' '))).toEqual(once)
          for (const word of once) expect(word).toMatch(/^(?:[a-z]+|\d+(?:\.\d+)+|[+:|;.@/])$/)
        },
      ),
    )
  })
})

describe('holders of a copyright', () => {
  it('are named as the line names them, in any comment at any place', () => {
    const holder = fc
      .stringMatching(/^[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}$/)
      .filter(
        (name) => !/\b(?:Notice|Holders?|Owners?|License|Permission|Statement|The|And|Law|Of|In|Or|Is|By)\b/.test(name),
      )
    const notice = fc.constantFrom(
      'Copyright (c) 2020',
      'Copyright 2019-2024',
      '© 2021',
      '(C) 2020',
      'SPDX-FileCopyrightText: 2020',
    )
    fc.assert(
      fc.property(style, holder, notice, code, (write, name, said, before) => {
        const all = [...before, ...write([`${said} ${name}`])]
        const found = commentBlocks(all).flatMap(copyrightHolders)
        expect(found).toEqual([{ holder: name, index: all.findIndex((one) => one.includes(name)) }])
      }),
    )
  })

  it.each(['Oracle', 'Intel Corporation', 'Andrew Doe', 'Isaac Doe', 'Lawrence Doe'])(
    'are named where their name only begins like another word: %s',
    (name) => {
      const found = commentBlocks([`// Copyright (c) 2020 ${name}`]).flatMap(copyrightHolders)
      expect(found).toEqual([{ holder: name, index: 0 }])
    },
  )

  it('are one on a line at most, and words of that line', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const found = commentBlocks(all).flatMap(copyrightHolders)
        expect(new Set(found.map(({ index }) => index)).size).toBe(found.length)
        for (const { holder, index } of found) expect(all[index]).toContain(holder)
      }),
    )
  })
})

describe('a manifest', () => {
  const said = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 .()+-]{0,30}[A-Za-z0-9)]$/)

  it('declares what was written into it, wherever it stands', () => {
    const others = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue())
    fc.assert(
      fc.property(said, others, fc.constantFrom(0, 2, '\t'), (license, more, indent) => {
        const { license: _, ...rest } = more
        for (const all of [
          { license, ...rest },
          { ...rest, license },
        ]) {
          expect(declaredLicense('a/package.json', JSON.stringify(all, null, indent))).toBe(license)
        }
        expect(declaredLicense('composer.json', JSON.stringify(rest))).toBeNull()
      }),
    )
  })

  it('in TOML too, by both ways of saying it', () => {
    const line = fc.stringMatching(/^[a-km-z]{1,6} = "[a-z ]{0,9}"$/)
    fc.assert(
      fc.property(said, fc.array(line), fc.array(line), fc.boolean(), (license, before, after, table) => {
        const own = table ? `license = { text = "${license}" }` : `license="${license}"`
        const all = ['[project]', ...before, own, ...after]
        expect(declaredLicense('pyproject.toml', all.join('\n'))).toBe(license)
        expect(declaredLicense('Cargo.toml', [...before, ...after].join('\n'))).toBeNull()
      }),
    )
  })
})

describe('license expressions', () => {
  it('name the licenses that are in them, and are among themselves', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const ids = comparableIds(text)
        expect(ids.length).toBeGreaterThan(0)
        for (const one of ids) expect(text).toContain(one)
        expect(isAmong(text, new Set(ids))).toBe(true)
        expect(isAmong(text, new Set(ids.slice(1).filter((one) => one !== ids[0])))).toBe(false)
      }),
    )
  })
})

describe('the words of a text', () => {
  it('stand on the lines that have them, in order, whatever their case', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const { words: found, lines: places } = wordsOf(all)
        expect(places).toHaveLength(found.length)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        for (const word of found) expect(word).toMatch(/^[\p{L}\p{N}]+$/u)
        const loud = all.map((one) => one.replace(/[a-z]/g, (letter) => letter.toUpperCase()))
        expect(wordsOf(loud)).toEqual(wordsOf(all))
      }),
    )
  })

  it('have one gram from each place on, the same for the same words and no other', () => {
    const few = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })
    fc.assert(
      fc.property(few, (all) => {
        const numbers = new WordNumbers()
        numbers.learn(['a', 'b', 'c', 'd'])
        const grams = gramsOf(numbers.lookUp(all))
        expect(grams).toHaveLength(Math.max(0, all.length - gramLength + 1))
        const texts = Array.from(grams, (_gram, at) => all.slice(at, at + gramLength).join(' '))
        expect(new Set(grams).size).toBe(new Set(texts).size)
      }),
    )
  })
})
