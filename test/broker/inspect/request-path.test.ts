import { describe, expect, it } from 'vitest'
import { matchesPath, readPath } from '../../../worker/broker/inspect/request-path.ts'

const allows = (pattern: string, path: string) => {
  const read = readPath(path)
  return read.ok && matchesPath(pattern, read.segments)
}

describe('a path', () => {
  it.each([
    ['/acme/**', '/acme'],
    ['/acme/**', '/acme/'],
    ['/acme/**', '/acme/tools/-/tools-1.0.0.tgz'],
    ['/acme/**', '/acme/caf%C3%A9'],
    ['/acme/**', '/%61cme/x'],
    ['/acme/**', '/acme/...'],
    ['/acme/**', '/acme/a;v=1'],
    ['/acme/*/c', '/acme/b/c'],
    ['/**/c', '/a/b/c'],
    ['/**', '/'],
    ['/', '/'],
    ['/a*c', '/abbc'],
    ['/@acme%2f*', '/@acme%2Ftools'],
  ])('%s allows %s', (pattern, path) => {
    expect(allows(pattern, path)).toBe(true)
  })

  it.each([
    ['another folder', '/acme/**', '/other/x'],
    ['a folder that begins alike', '/acme/**', '/acme-evil/x'],
    ['another case', '/acme/**', '/ACME/x'],
    ['a segment more', '/acme/*', '/acme/a/b'],
    ['..', '/acme/**', '/acme/../other'],
    ['.. at the end', '/acme/**', '/acme/..'],
    ['%2e%2e', '/acme/**', '/acme/%2e%2e/other'],
    ['%2E.', '/acme/**', '/acme/%2E./other'],
    ['.', '/acme/**', '/acme/./x'],
    ['//', '/acme/**', '//acme/x'],
    ['// inside', '/acme/**', '/acme//x'],
    ['an encoded slash', '/acme/**', '/acme%2fx'],
    ['.. behind an encoded slash', '/acme/**', '/acme/x%2f..%2f..%2fother'],
    ['.. before an encoded slash', '/acme/**', '/acme/..%2fother'],
    ['encoded twice', '/acme/**', '/acme/%252e%252e/other'],
    ['a backslash', '/acme/**', '/acme/..\\other'],
    ['an encoded backslash', '/acme/**', '/acme/..%5cother'],
    ['a parameter behind dots', '/acme/**', '/acme/..;/other'],
    ['an empty segment with a parameter', '/acme/**', '/acme/;/other'],
    ['an encoded NUL', '/acme/**', '/acme/x%00'],
    ['an encoded line break', '/acme/**', '/acme/x%0d%0aX:y'],
    ['an encoded question mark', '/acme/**', '/acme/x%3fy'],
    ['a fragment', '/acme/**', '/acme/x#/../other'],
    ['overlong UTF-8', '/acme/**', '/acme/%c0%ae%c0%ae/other'],
    ['half an escape', '/acme/**', '/acme/%2'],
    ['no slash', '/**', 'acme'],
    ['a host', '/**', 'https://other.example/acme/x'],
  ])('is refused for %s: %s does not allow %s', (_name, pattern, path) => {
    expect(allows(pattern, path)).toBe(false)
  })

  it('is matched in time that does not explode, whatever the pattern is', () => {
    const pattern = `/${'*a'.repeat(120)}b`
    const path = `/${'a'.repeat(8000)}`

    expect(allows(pattern, path)).toBe(false)
    expect(allows(`/${'**/a/'.repeat(60)}b`, '/a'.repeat(4000))).toBe(false)
  })
})
