import fc from 'fast-check'
import list from 'spdx-license-list/full.js'
import { describe, expect, it } from 'vitest'
import { loadLicenseIndex } from '../../../../worker/gates/licenses/texts/license-index.ts'
import { nameTexts } from '../../../../worker/gates/licenses/texts/name-texts.ts'
import { wordsOf } from '../../../../worker/gates/licenses/texts/words.ts'

const textOf = (id: string) => list[id]?.licenseText ?? ''

async function namesIn(text: string): Promise<string[]> {
  const found = nameTexts(wordsOf(text.split('\n')), await loadLicenseIndex())
  return found.map(({ ids, sure }) => `${ids[0]}${sure ? '' : '?'}`)
}

const rewrapped = (text: string, width: number, leader = '') =>
  text
    .split(/\s+/)
    .join(' ')
    .replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), `${leader}$1\n`)
const families = [
  ['MIT', 'MIT-0', 'X11', 'JSON', 'ISC', '0BSD', 'Zlib', 'Unlicense', 'WTFPL', 'BlueOak-1.0.0', 'CC0-1.0'],
  ['BSD-2-Clause', 'BSD-3-Clause', 'BSD-4-Clause', 'BSD-3-Clause-Clear', 'BSD-1-Clause', 'BSD-2-Clause-Patent'],
  ['Apache-1.0', 'Apache-1.1', 'Apache-2.0', 'MPL-1.1', 'MPL-2.0', 'EPL-1.0', 'EPL-2.0', 'BSL-1.0', 'Artistic-2.0'],
  ['GPL-1.0-only', 'GPL-2.0-only', 'GPL-3.0-only', 'LGPL-2.0-only', 'LGPL-2.1-only', 'LGPL-3.0-only', 'AGPL-3.0-only'],
  ['CC-BY-3.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'CC-BY-NC-4.0', 'SSPL-1.0', 'BUSL-1.1', 'Elastic-2.0', 'PSF-2.0'],
].flat()
const mutations: readonly (readonly [what: string, mutate: (text: string) => string])[] = [
  ['as it is listed', (text) => text],
  ['in other lines', (text) => rewrapped(text, 57)],
  ['in comments', (text) => `/*\n${rewrapped(text, 70, ' * ')} */`],
  ['behind hashes, in capitals', (text) => rewrapped(text, 60, '# ').toUpperCase()],
  [
    'under a title, with the copyright of others',
    (text) => `# License\n\nCopyright (c) 2019-2024 Somebody Else, Ltd.\n\n${text}`,
  ],
  ['with curly quotes and long dashes', (text) => text.replace(/"([^"\n]*)"/g, '“$1”').replaceAll(' - ', ' — ')],
  ['in HTML', (text) => `<p>${text.replaceAll('"', '&quot;').split('\n\n').join('</p>\n<p>')}</p>`],
]

describe('nameTexts', () => {
  describe.each(mutations)('names a text %s', (_what, mutate) => {
    it.each(families)('%s', async (id) => {
      expect(await namesIn(mutate(textOf(id)))).toEqual([id])
    })
  })

  it('names nearly every text of the list itself', async () => {
    const index = await loadLicenseIndex()
    const missed = index.texts.filter(({ ids: [id = ''] }) => {
      const [found, ...more] = nameTexts(wordsOf(textOf(id).split('\n')), index)
      return found?.ids[0] !== id || more.length > 0
    })

    expect(missed.map(({ ids }) => ids[0])).toEqual([])
  })

  it('names all of several texts in one file, each once per place', async () => {
    const text = ['MIT', 'Apache-2.0', 'MIT', 'BSD-3-Clause'].map(textOf).join('\n\n-----\n\n')

    expect(await namesIn(text)).toEqual(['MIT', 'Apache-2.0', 'MIT', 'BSD-3-Clause'])
  })

  it('does not stretch a text over the next one, where its last words come again', async () => {
    const plain = textOf('MIT').replaceAll('"', "'")
    const text = `${plain}\n\n---\n\nThis is a derivative work, which is licensed:\n\n"""\n${plain}\n"""\n\n${plain}`

    expect(await namesIn(text)).toEqual(['MIT', 'MIT', 'MIT'])
  })

  it.each([
    [
      'names the holder’s own name for "copyright holders"',
      'THE AUTHORS OR COPYRIGHT HOLDERS',
      'ACME CORPORATION',
      'MIT',
    ],
    [
      'is not sure of a text that a clause was put into',
      'The above copyright notice',
      `${'You shall not use it to teach machines or to compete with us in any market anywhere on earth. '.repeat(3)}The above copyright notice`,
      'MIT?',
    ],
  ])('%s', async (_what, from, to, expected) => {
    expect(await namesIn(textOf('MIT').replace(from, to))).toEqual([expected])
  })

  it('leaves the appendix on how to apply a license out of account', async () => {
    const [body = ''] = textOf('Apache-2.0').split(/^\s*APPENDIX: /m)

    expect(body.length).toBeLessThan(textOf('Apache-2.0').length)
    expect(await namesIn(body)).toEqual(['Apache-2.0'])
  })

  it.each([
    [
      'prose about licenses',
      'This project is MIT licensed. Permission is granted by the owner, without warranty. '.repeat(20),
    ],
    [
      'a privacy policy',
      'We may use, copy and modify the information that you grant us permission to use, subject to these terms. '.repeat(
        20,
      ),
    ],
    ['half of a license', textOf('Apache-2.0').slice(0, 3000)],
    ['nothing', ''],
  ])('names nothing in %s', async (_what, text) => {
    expect(await namesIn(text)).toEqual([])
  })

  it('never throws, whatever the text', async () => {
    const index = await loadLicenseIndex()
    const words = textOf('MIT').split(/\s+/)
    const pieces = fc.array(fc.oneof(fc.string(), fc.constantFrom(...words)), { maxLength: 400 })

    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join(' ')
        for (const { from, to } of nameTexts(wordsOf(text.split('\n')), index)) expect(from).toBeLessThan(to)
      }),
    )
  })
})
