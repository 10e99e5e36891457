import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import picomatch from 'picomatch'
import { analyse } from 'scslre'
import { describe, expect, it } from 'vitest'
import { policyFileSchema } from '../../app/repo-policy/policy-schema.ts'
import { globOptions } from '../../worker/gates/change/compile-globs.ts'
import { rules } from '../../worker/gates/delayed-execution/rules.ts'
import { collectPatterns } from './collect-patterns.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = ['app', 'cli', 'worker'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$|\.mjs$/.test(name))
    .map((name) => join(folder, name)),
)

/**
 * How a hostile text could make this pattern take longer than in proportion to its length. A bound ends a repetition, but
 * not soon enough where one is within another: `(a{1,50}){1,50}` takes twice as long for each further character. Such
 * ones show themselves without their bounds.
 */
function slowness(source: string, flags: string): string[] {
  const slow = analyse({ source, flags }).reports.map(({ type, exponential }) =>
    exponential ? `${type}, exponential` : type,
  )
  const unbound = source.replace(/(?<!\\)\{(\d+),\d+\}/g, '{$1,}')
  const nested = unbound === source ? [] : analyse({ source: unbound, flags }).reports.filter((one) => one.exponential)
  return [...slow, ...nested.map(({ type }) => `${type}, exponential up to its bounds`)]
}

/** Everything in a source that is not known to be linear, as `line: why`. */
function slowIn(name: string, source: string): string[] {
  const { literals, made } = collectPatterns(name, source)
  return [
    ...literals.flatMap((one) => slowness(one.source, one.flags).map((why) => `${one.line}: ${why}`)),
    ...made.map((line) => `${line}: made from a text`),
  ]
}

describe('regular expressions', () => {
  it('are linear in every source of ours, and none is made from a text but the one for globs', () => {
    const slow = files.flatMap((name) =>
      slowIn(name, readFileSync(join(root, name), 'utf8')).map((what) => `${name}:${what}`),
    )

    expect(slow).toEqual([expect.stringMatching(/^worker\/gates\/change\/compile-globs\.ts:\d+: made from a text$/)])
  })

  it.each([
    ['an exponential one', 'const a = /^(a+)+$/', ['1: Self, exponential']],
    ['an exponential one with bounds', 'const a = /^(a{1,50}){1,50}$/', ['1: Self, exponential up to its bounds']],
    ['one with few rounds', 'const a = /^(?:\\w{0,9}-?){2,8}$/', ['1: Self, exponential up to its bounds']],
    ['two repetitions that share a text', 'x.replace(\n/^\\s*\\w*\\s*[a-z]*$/, "")', ['2: Trade']],
    ['a search that starts again at each character', 'const a = /\\s+$/', ['1: Move']],
    ['one that a class holds', 'class A { private static readonly b = /\\d+(?=x)/u }', ['1: Move']],
    ['one from a text', 'const a = new RegExp(b + "+")', ['1: made from a text']],
    ['one that a method makes of a text', 'a.b?.match("(a+)+$")', ['1: made from a text']],
  ])('would be told if there was %s', (_what, source, expected) => {
    expect(slowIn('planted.ts', source)).toEqual(expect.arrayContaining(expected))
  })

  it('pass where repetition is bounded or has an end of its own', () => {
    expect(
      slowIn(
        'planted.ts',
        'const a = /^\\s{0,20}(?:a+b)+(?:a{1,9}b){1,9}[^x]*x/ as RegExp\nconst b: string[] = c.match(a)',
      ),
    ).toEqual([])
  })

  it('are linear for the globs of every rule, and a policy is refused globs that would not be', () => {
    const globs = new Set(rules.flatMap(({ paths }) => paths))
    const slow = [...globs].filter((glob) => slowness(picomatch.makeRe(glob, globOptions).source, 'i').length > 0)
    const accepts = (glob: string) => policyFileSchema.safeParse({ gates: { protected: [glob] } }).success

    expect(slow).toEqual([])
    expect(slowness(picomatch.makeRe('*a*a*b', globOptions).source, 'i')).not.toEqual([])
    expect(['*a*a*b', 'src/**/*a*b*c', '**/a/**/b/**/c/**'].map(accepts)).toEqual([false, false, false])
    expect(['*a*b', 'src/**/*secret*/**', '**/*.test.*', '.github/**'].map(accepts)).toEqual([true, true, true, true])
  })
})
