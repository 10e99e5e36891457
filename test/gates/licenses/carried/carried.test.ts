import list from 'spdx-license-list/full.js'
import { describe, expect, it } from 'vitest'
import { evaluateGates, verdictOf } from '../../../../worker/gates/evaluate-gates.ts'
import { licensesGate } from '../../../../worker/gates/licenses/licenses-gate.ts'
import { added, changed, findingsOf, gateInput, verdictsOf } from '../../gate-input.ts'

const textOf = (id: string) => list[id]?.licenseText ?? ''
const commented = (text: string) =>
  `/*\n${text
    .split('\n')
    .map((line) => ` * ${line}`)
    .join('\n')}\n */\n`
const header = (license: string) => `// Licensed under the ${license}.\nexport const a = 1\n`
const mpl = header('Mozilla Public License 2.0')
const allow = { gates: { licenses: { allow: ['MIT', 'ISC', 'Apache-2.0'] } } }
const manifest = (license: string) => JSON.stringify({ name: 'x', license }, null, 2)

describe('code that brings a license with it', () => {
  it.each([
    [
      'the text of a license that is not allowed',
      added('vendor/a/LICENSE', textOf('GPL-3.0-only')),
      ['forbidden block'],
    ],
    ['such a text in a comment', added('src/a.js', `${commented(textOf('BSD-4-Clause'))}f()\n`), ['forbidden block']],
    ['such a header', added('src/a.ts', mpl), ['forbidden block']],
    ['such a tag', added('src/a.ts', '// SPDX-License-Identifier: AGPL-3.0-only\nf()\n'), ['forbidden block']],
    ['one of two that may be chosen', added('src/a.ts', header('MIT or GPLv3 licenses')), []],
    ['an allowed text', added('vendor/a/LICENSE', textOf('MIT')), []],
    ['an allowed header', added('src/a.ts', header('Apache License, Version 2.0')), []],
    ['a header that may mean several', added('src/a.ts', header('BSD license')), ['unresolved hold']],
    ['a tag that is no expression', added('src/a.ts', '// SPDX-License-Identifier: MIT-ish\n'), ['unresolved hold']],
    [
      'a license that nobody knows',
      added('LICENSE', 'You may look at this on Sundays. '.repeat(20)),
      ['unresolved hold'],
    ],
    [
      'an allowed text with a clause put in',
      added(
        'vendor/LICENSE',
        textOf('MIT').replace(
          'THE SOFTWARE IS',
          `${'Nobody may use it to compete with the authors in any market. '.repeat(4)}THE SOFTWARE IS`,
        ),
      ),
      ['unresolved hold'],
    ],
    ['what tests read', added('test/fixtures/a/LICENSE', textOf('GPL-3.0-only')), []],
    ['a list of licenses', added('data/licenses.json', JSON.stringify({ text: textOf('GPL-3.0-only') })), []],
    ['a page that speaks of a license', added('README.md', '# Thing\n\nLicensed under the GNU GPL v3.\n'), []],
    ['a page with the whole text', added('README.md', `# Thing\n\n${textOf('GPL-2.0-only')}`), ['forbidden block']],
  ])('judges %s', async (_what, file, expected) => {
    expect(await verdictsOf(licensesGate, [file], allow)).toEqual(expected)
  })

  it('holds what is too much to be compared, and compares what is less', async () => {
    const filler = `${'// A comment that speaks of a license, at some length. '.repeat(20)}\n`.repeat(8000)
    const files = [added('a.txt', filler), added('b.ts', header('MIT license'))]

    expect(await verdictsOf(licensesGate, files, allow)).toEqual(['unresolved hold', 'unresolved hold'])
    expect(await verdictsOf(licensesGate, files.slice(1), allow)).toEqual([])
  })

  it('says file, line and license, and stops the change; one without it gets through', async () => {
    const input = gateInput([added('src/a.ts', `\n${mpl}`)], allow)
    const control = gateInput([added('src/a.ts', header('MIT license'))], allow)
    const results = await evaluateGates([licensesGate], input)

    expect(verdictOf(results)).toBe('block')
    expect(results[0]?.findings).toMatchObject([{ rule: 'forbidden', path: 'src/a.ts', line: 2 }])
    expect(results[0]?.findings[0]?.message).toContain('`MPL-2.0`')
    expect(verdictOf(await evaluateGates([licensesGate], control))).toBe('publish')
  })

  it('notes all of it once where no list is set', async () => {
    const files = [added('src/a.ts', mpl), added('src/b.ts', mpl), added('vendor/LICENSE', textOf('ISC'))]
    const findings = await findingsOf(licensesGate, files)

    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toContain('carried-license note')
    const [note] = findings.filter(({ rule }) => rule === 'carried-license')
    expect(note?.message).toContain('`MPL-2.0` in src/a.ts:1 and 1 more; `ISC` in vendor/LICENSE:')
  })

  it.each([
    ['a line that was there', changed('src/a.ts', mpl, `${mpl}export const b = 2\n`)],
    ['a file that goes away', changed('src/a.ts', mpl, null)],
    ['another year', changed('LICENSE', textOf('GPL-2.0-only'), textOf('GPL-2.0-only').replace('1989', '1990'))],
  ])('is quiet about %s', async (_what, file) => {
    expect(await verdictsOf(licensesGate, [file], allow)).toEqual([])
  })

  it('is quiet about a file that moved, and not about one that was copied under another license', async () => {
    const moved = [changed('src/a.ts', mpl, null), added('src/b.ts', mpl)]
    const swapped = [changed('src/a.ts', header('MIT license'), mpl)]

    expect(await verdictsOf(licensesGate, moved, allow)).toEqual([])
    expect(await verdictsOf(licensesGate, swapped, allow)).toEqual(['forbidden block'])
  })

  it('takes the repository’s own license, of the base commit and not of the change, for no foreign one', async () => {
    const own = { ...allow, baseTexts: { LICENSE: textOf('MPL-2.0') } }
    const files = [added('src/a.ts', mpl)]
    const claimed = [...files, added('package.json', manifest('MPL-2.0'))]

    expect(await verdictsOf(licensesGate, files, own)).toEqual([])
    expect(
      await verdictsOf(licensesGate, files, { ...allow, baseTexts: { 'package.json': manifest('MPL-2.0') } }),
    ).toEqual([])
    expect(await verdictsOf(licensesGate, claimed, allow)).toEqual(['forbidden block'])
    expect(await verdictsOf(licensesGate, files, { ...allow, baseTexts: { LICENSE: textOf('MIT') } })).toEqual([
      'forbidden block',
    ])
  })

  it('holds what somebody keeps all rights in, unless the repository is open to nobody itself', async () => {
    const files = [added('src/a.c', '// Copyright 2020 Someone.\n// Proprietary and confidential.\n')]
    const open = { ...allow, baseTexts: { LICENSE: textOf('MIT') } }

    expect(await verdictsOf(licensesGate, files, open)).toEqual(['copyright-holder note', 'unlicensed hold'])
    expect(await verdictsOf(licensesGate, files, allow)).toEqual(['copyright-holder note'])
  })

  it('names a text as the manifest beside it does where the text alone leaves it open', async () => {
    const files = [
      added('lib/package.json', manifest('GPL-3.0-or-later')),
      added('lib/COPYING', textOf('GPL-3.0-only')),
    ]
    const [note] = await findingsOf(licensesGate, files)

    expect(note?.message).toContain('`GPL-3.0-or-later`')
  })
})

describe('a declaration and the text beside it', () => {
  const gpl = added('lib/LICENSE', textOf('GPL-3.0-only'))

  it.each([
    ['another license', [added('lib/package.json', manifest('MIT')), gpl], true],
    ['the same license', [added('lib/package.json', manifest('GPL-3.0-or-later')), gpl], false],
    ['one of several', [added('lib/package.json', manifest('MIT OR GPL-3.0-only')), gpl], false],
    ['nothing that can be compared', [added('lib/package.json', manifest('SEE LICENSE IN LICENSE')), gpl], false],
    ['another one in Cargo.toml', [added('lib/Cargo.toml', '[package]\nname = "x"\nlicense = "MIT"\n'), gpl], true],
    ['another one in a folder of its own', [added('other/package.json', manifest('MIT')), gpl], false],
    [
      'another one, as before',
      [
        changed('lib/package.json', manifest('MIT'), manifest('MIT').replace('"x"', '"y"')),
        changed('lib/LICENSE', textOf('GPL-3.0-only'), `${textOf('GPL-3.0-only')}\n`),
      ],
      false,
    ],
  ])('that says %s', async (_what, files, isFound) => {
    const findings = await findingsOf(licensesGate, files)

    expect(findings.some(({ rule }) => rule === 'license-mismatch')).toBe(isFound)
  })

  it('is compared with the base commit’s text too, and held where a list is set', async () => {
    const around = { ...allow, baseTexts: { LICENSE: textOf('MIT'), 'package.json': manifest('MIT') } }
    const files = [changed('package.json', manifest('MIT'), manifest('ISC'))]

    expect(await verdictsOf(licensesGate, files, around)).toEqual(['license-mismatch hold'])
  })
})

describe('holders of a copyright', () => {
  const notice = (holder: string) => `// Copyright (c) 2020-2024 ${holder}\nf()\n`

  it('names those who are new, once', async () => {
    const [note] = await findingsOf(licensesGate, [
      added('a.ts', notice('Ada Example')),
      added('b.ts', notice('Ada Example')),
    ])

    expect(note).toMatchObject({ rule: 'copyright-holder', severity: 'note', path: 'a.ts', line: 1 })
    expect(note?.message.match(/Ada Example/g)).toHaveLength(1)
  })

  it('is quiet about those of the repository, of the file before, and of lines that moved', async () => {
    const around = { baseTexts: { LICENSE: 'Copyright (c) 2019 Ada Example\n' } }

    expect(await findingsOf(licensesGate, [added('a.ts', notice('Ada Example'))], around)).toEqual([])
    expect(
      await findingsOf(licensesGate, [changed('a.ts', notice('Ada Example'), `// Copyright 2025 Ada Example\nf()\n`)]),
    ).toEqual([])
    expect(await findingsOf(licensesGate, [added('a.ts', '// The copyright notice of each file is kept.\n')])).toEqual(
      [],
    )
  })
})
