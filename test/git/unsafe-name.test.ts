import { describe, expect, it } from 'vitest'
import { findCaseCollision } from '../../worker/git/case-collision.ts'
import { printablePath } from '../../worker/git/printable-path.ts'
import { unsafeLink } from '../../worker/git/unsafe-link.ts'
import { unsafeName } from '../../worker/git/unsafe-name.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

describe('names that a change must not bring', () => {
  it.each([
    ['.git', 'look-alike'],
    ['.GIT', 'look-alike'],
    ['.git ', 'look-alike'],
    ['.git.', 'look-alike'],
    ['.git. .', 'look-alike'],
    ['git~1', 'look-alike'],
    ['GIT~2', 'look-alike'],
    ['.g\u200cit', 'look-alike'],
    ['\ufeff.git', 'look-alike'],
    ['.git::$INDEX_ALLOCATION', 'look-alike'],
    ['x\\.git\\config', 'look-alike'],
    ['\uff0egit', 'look-alike'],
    ['new\nline', 'control characters'],
    ['esc\u001b[2J', 'control characters'],
    ['c1\u009b', 'control characters'],
    ['-rf', 'starts with a dash'],
    ['--checkpoint-action=exec=sh', 'starts with a dash'],
  ])('refuses %j', (name, why) => {
    expect(unsafeName(bytes(name))).toContain(why)
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(unsafeName('caf\xe9')).toBe('its name is not UTF-8')
  })

  it.each([
    '.gitignore',
    '.github',
    'git',
    'git~',
    'agit~1',
    '.git-blame-ignore-revs',
    'a.git',
    'x\\y',
    'né 日本',
    ':(top)',
  ])('takes %j', (name) => {
    expect(unsafeName(bytes(name))).toBeNull()
  })
})

describe('symlinks that a change must not bring', () => {
  const inside = () => false

  it.each([
    ['a', '/etc/passwd', 'absolute'],
    ['a', '..', 'leads out'],
    ['src/a', '../../etc/passwd', 'leads out'],
    ['a', 'src/../../x', '.. after a name'],
    ['a', 'link/..', '.. after a name'],
    ['a', '.git/config', 'into .git'],
    ['src/a', '../.GIT/config', 'into .git'],
    ['a', '././/.git', 'into .git'],
    ['a', '', 'nowhere'],
  ])('refuses %s -> %j', (path, target, why) => {
    expect(unsafeLink(path, target, inside)).toContain(why)
  })

  it.each([
    ['a', 'src/a.ts'],
    ['a', './src//x'],
    ['src/a', '../README.md'],
    ['src/a', '..'],
    ['src/a', '.'],
    ['a', 'not/there'],
    ['a', '.github/x'],
  ])('takes %s -> %j', (path, target) => {
    expect(unsafeLink(path, target, inside)).toBeNull()
  })

  it('refuses one through a link that leads out', () => {
    expect(unsafeLink('a', 'out/passwd', (path) => path === 'out')).toContain('through a link')
  })
})

describe('paths that are the same without case', () => {
  it.each([
    [['README.md'], ['readme.md'], 'README.md'],
    [['src/a'], ['SRC/b'], 'src'],
    [['caf\u00e9'], ['cafe\u0301'], 'caf\u00e9'],
    [['stra\u00dfe'], ['STRASSE'], 'stra\u00dfe'],
    [[], ['x/A', 'x/a'], 'x/A'],
  ])('finds %j against %j', (remaining, added, other) => {
    expect(findCaseCollision(remaining, added)?.with).toBe(other)
  })

  it('leaves alone what the base has had all along, and what is not the same', () => {
    expect(findCaseCollision(['A', 'a', 'b/c'], ['b/d', 'c'])).toBeNull()
    expect(findCaseCollision(['A', 'a'], [])).toBeNull()
  })
})

describe('a path for people', () => {
  it('writes out what steers a terminal or a reader, and cuts what is too long', () => {
    expect(printablePath(bytes('a\u001b]52;c;x\u0007\u202e\u200b\u{e0041}b né'))).toBe(
      'a\\u{1b}]52;c;x\\u{7}\\u{202e}\\u{200b}\\u{e0041}b né',
    )
    expect(printablePath('x'.repeat(5000))).toHaveLength(301)
  })
})
