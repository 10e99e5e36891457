import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeLicense, unreadableEntries } from '../../../worker/gates/licenses/judge-license.ts'

describe('judgeLicense with a list of allowed licenses', () => {
  const allow = ['MIT', 'Apache-2.0', 'ISC']

  it.each([
    ['MIT', 'allowed'],
    ['GPL-3.0-only', 'forbidden'],
    ['MIT OR GPL-3.0-only', 'allowed'],
    ['GPL-3.0-only OR AGPL-3.0-only', 'forbidden'],
    ['MIT AND ISC', 'allowed'],
    ['MIT AND GPL-3.0-only', 'forbidden'],
    ['(MIT OR GPL-3.0-only) AND ISC', 'allowed'],
    ['MIT AND (GPL-3.0-only OR AGPL-3.0-only)', 'forbidden'],
    ['MIT OR ISC AND GPL-3.0-only', 'allowed'],
    ['Apache-2.0 WITH LLVM-exception', 'forbidden'],
    ['Apache-1.1+', 'allowed'],
    ['LicenseRef-own', 'forbidden'],
    ['Unlicense', 'forbidden'],
    ['UNLICENSED', 'unresolved'],
    ['BSD', 'unresolved'],
    ['Apache 2.0', 'unresolved'],
    ['MIT OR', 'unresolved'],
    ['', 'unresolved'],
    ['(MIT OR ISC) AND '.repeat(200), 'unresolved'],
  ])('judges %j %s', (expression, standing) => {
    expect(judgeLicense(expression, { allow })).toBe(standing)
  })

  it.each([
    [['GPL-2.0-or-later'], 'GPL-3.0-only', 'allowed'],
    [['GPL-2.0+'], 'GPL-3.0-only', 'allowed'],
    [['GPL-3.0-or-later'], 'GPL-2.0-only', 'forbidden'],
    [['GPL-3.0-only'], 'GPL-2.0-or-later', 'allowed'],
    [['GPL-2.0-only'], 'GPL-3.0-or-later', 'forbidden'],
    [['GPL-3.0'], 'GPL-3.0-only', 'allowed'],
    [['GPL-3.0-only'], 'GPL-3.0', 'allowed'],
    [['GPL-3.0-only'], 'LGPL-3.0-only', 'forbidden'],
    [['GPL-2.0-only'], 'GPL-2.0-only WITH Classpath-exception-2.0', 'forbidden'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'GPL-2.0-only WITH Classpath-exception-2.0', 'allowed'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'GPL-2.0-only', 'forbidden'],
    [['CDDL-1.0'], 'CDDL-1.1', 'forbidden'],
    [['EUPL-1.1'], 'EUPL-1.2', 'forbidden'],
    [['BSD-2-Clause'], 'BSD-3-Clause', 'forbidden'],
    [['LicenseRef-own'], 'LicenseRef-own', 'allowed'],
  ])('with only %j allowed judges %j %s', (only, expression, standing) => {
    expect(judgeLicense(expression, { allow: only })).toBe(standing)
  })
})

describe('judgeLicense with a list of denied licenses', () => {
  it.each([
    [['GPL-3.0-only'], 'MIT', 'allowed'],
    [['GPL-3.0-only'], 'GPL-3.0-only', 'forbidden'],
    [['GPL-3.0-only'], 'GPL-3.0-or-later', 'forbidden'],
    [['GPL-3.0-only'], 'GPL-2.0-or-later', 'unresolved'],
    [['GPL-2.0-or-later'], 'GPL-3.0-only', 'forbidden'],
    [['GPL-2.0-only'], 'GPL-3.0-only', 'allowed'],
    [['GPL-3.0-only'], 'MIT OR GPL-3.0-only', 'allowed'],
    [['GPL-3.0-only'], 'MIT AND GPL-3.0-only', 'forbidden'],
    [['GPL-2.0-only'], 'GPL-2.0-only WITH Classpath-exception-2.0', 'unresolved'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'GPL-2.0-only', 'allowed'],
    [['GPL-3.0-only'], 'LicenseRef-own', 'unresolved'],
    [['LicenseRef-own'], 'LicenseRef-own', 'forbidden'],
    [['GPL-3.0-only'], 'no license at all', 'unresolved'],
  ])('with %j denied judges %j %s', (deny, expression, standing) => {
    expect(judgeLicense(expression, { deny })).toBe(standing)
  })
})

describe('judgeLicense', () => {
  it('answers for fifty nested choices, whose combinations nobody could go through one by one', () => {
    const expression = Array.from({ length: 50 }, () => '(MIT OR ISC)').join(' AND ')

    expect(judgeLicense(expression, { allow: ['MIT'] })).toBe('allowed')
    expect(judgeLicense(`${expression} AND GPL-3.0-only`, { allow: ['MIT'] })).toBe('forbidden')
  })

  it('never throws, whatever the expression', () => {
    const words = fc.array(
      fc.constantFrom('MIT', 'GPL-2.0', '+', '(', ')', ' AND ', ' OR ', ' WITH ', 'LicenseRef-', ':', 'x', '-only'),
    )

    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((list) => list.join('')),
        ),
        (expression) => {
          expect(['allowed', 'unresolved', 'forbidden']).toContain(
            judgeLicense(expression, { allow: ['MIT'], deny: ['GPL-2.0'] }),
          )
        },
      ),
    )
  })

  it('finds entries of the policy that are no single license', () => {
    expect(unreadableEntries({ allow: ['MIT', 'GPLv3', 'MIT OR ISC'], deny: ['BSD'] })).toEqual([
      'GPLv3',
      'MIT OR ISC',
      'BSD',
    ])
  })
})
