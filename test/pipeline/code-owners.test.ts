import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noReviewers, reviewersOf } from '../../worker/pipeline/code-owners.ts'

const owns = (pattern: string, path: string) => reviewersOf(`${pattern} @ada`, [path], 'acme').users.includes('ada')

describe('patterns of CODEOWNERS', () => {
  it.each([
    ['*', 'a.txt', true],
    ['*', 'deep/down/a.txt', true],
    ['*.js', 'a.js', true],
    ['*.js', 'deep/a.js', true],
    ['*.js', 'a.json', false],
    ['/build/logs/', 'build/logs/a/b.txt', true],
    ['/build/logs/', 'deep/build/logs/a.txt', false],
    ['docs/*', 'docs/a.md', true],
    ['docs/*', 'docs/deep/a.md', false],
    ['docs/*', 'deep/docs/a.md', false],
    ['apps/', 'deep/apps/a.ts', true],
    ['apps/', 'apps', false],
    ['/docs/', 'docs/a.md', true],
    ['/docs/', 'deep/docs/a.md', false],
    ['/scripts', 'scripts', true],
    ['/scripts', 'scripts/a.sh', true],
    ['**/logs', 'build/logs/a.txt', true],
    ['**/logs', 'logs', true],
    ['src/**/test', 'src/test', true],
    ['src/**/test', 'src/a/b/test/c.ts', true],
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'src', false],
    ['?.txt', 'a.txt', true],
    ['?.txt', 'ab.txt', false],
    ['a*b*c', 'aXbYbZc', true],
    ['A.txt', 'a.txt', false],
    ['with\\ space.txt', 'with space.txt', true],
    ['!a.txt', '!a.txt', false],
    ['[ab].txt', 'a.txt', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(owns(pattern, path)).toBe(expected)
  })
})

describe('owners', () => {
  const paths = ['src/a.ts', 'src/b.ts', 'docs/a.md']

  it('are those of the last rule that fits, whoever owns most first, users and teams of the organisation apart', () => {
    const text = '# ours\n*  @late @acme/all\r\nsrc/ @Bea @acme/core @other/team mail@example.com @bea # why\n'

    expect(reviewersOf(text, paths, 'Acme')).toEqual({ users: ['Bea', 'bea', 'late'], teams: ['core', 'all'] })
  })

  it('are none where the last rule that fits names none', () => {
    expect(reviewersOf('* @ada\nsrc/\ndocs/', paths, 'acme')).toEqual(noReviewers)
  })

  it('are no more than GitHub takes', () => {
    const many = Array.from({ length: 40 }, (_, index) => `@u${index}`).join(' ')
    const { users, teams } = reviewersOf(`* ${many}`, paths, 'acme')

    expect(users.length + teams.length).toBe(14)
  })
})

describe('whatever the file and the paths are', () => {
  const piece = fc.constantFrom('a', 'b', '*', '**', '?', '/', '.', ' ', '\\', '#', '\n', '@ada', '@acme/t', '!', '[')
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

  it('names nobody whom the file does not', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (file, paths) => {
        const { users, teams } = reviewersOf(file, paths, 'acme')

        for (const name of users) expect(file).toContain(`@${name}`)
        for (const name of teams) expect(file).toContain(`@acme/${name}`)
      }),
    )
  })

  it('takes a plain path for what lies there and below, and nothing beside it', () => {
    const name = fc.stringMatching(/^[a-c]{1,4}$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const path = names.join('/')

        expect(owns(`/${path}`, path)).toBe(true)
        expect(owns(`/${path}`, `${path}/below`)).toBe(true)
        expect(owns(`/${path}`, `${path}x`)).toBe(false)
        expect(owns(`/${path}/`, path)).toBe(false)
      }),
    )
  })

  it('fits a part with wildcards to as many letters as it must have', () => {
    const pieces = fc.array(fc.constantFrom('a', '*', '?'), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(pieces, fc.stringMatching(/^a{1,12}$/), (parts, path) => {
        const pattern = parts.join('')
        fc.pre(pattern !== '**')
        const least = parts.filter((piece) => piece !== '*').length
        const isFitting = parts.includes('*') ? path.length >= least : path.length === least

        expect(owns(`/${pattern}`, path)).toBe(isFitting)
      }),
    )
  })
})
