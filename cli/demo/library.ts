/**
 * What the demo works on: a small published library that is not ours, at a version with a known bug. Facts alone:
 * its name, its versions, what to ask for and what mends it. The code is fetched from npm when the demo runs.
 *
 * shell-quote was taken because its package carries its own tests, runs them in a third of a second with one small
 * development dependency, and because its next version mended a real bug with a real test: CVE-2021-42740.
 */
import type { AgentName } from '../../worker/contract/index.ts'

export interface PackageVersion {
  readonly name: string
  readonly version: string
  /** As npm gives it: SHA-512 of the tarball. */
  readonly integrity: string
}

/** The version with the bug: what the repository holds. */
export const brokenVersion: PackageVersion = {
  name: 'shell-quote',
  version: '1.7.2',
  integrity: 'sha512-mRz/m/JVscCrkMyPqHc/bczi3OQHkLTqXHEFu0zDhK/qfv3UcOA4SVmRCLmos4bhjr9ekVQubj/R7waKapmiQg==',
}

/** The version that mended it: its test is taken, its code is not. */
export const mendedVersion: PackageVersion = {
  name: 'shell-quote',
  version: '1.7.3',
  integrity: 'sha512-Vpfqwm4EnqGdlsBFNmHhxhElJYrdfcxPThu+ryKS5J8L/fhAwLazFZtq+S+TWZ9ANj2piSQLGj6NQg+lKPmxrw==',
}

/** The file of the mended version that shows the bug. */
export const failingTestFile = 'test/quote.js'

/** The library asks for any tape 4: this one brings 17 packages along, later ones more than a hundred. */
export const testRunner = 'tape@4.2.0'

export const demoIssue = {
  title: 'quote() lets a backtick through when a colon follows it',
  body: [
    '`quote()` should return text that a shell reads back as the same words. For an argument that starts with a',
    'backtick and a colon it does not:',
    '',
    '```js',
    "var quote = require('shell-quote').quote",
    "console.log(quote(['`:\\\\a\\\\b']))",
    '```',
    '',
    'The backtick comes out as it went in, so a shell would start a command substitution there: whoever chooses the',
    'argument can run commands. Every character that means something to a shell should be escaped.',
    '',
    `The test "chars for windows paths don't break out" in ${failingTestFile} shows it, and fails. What a drive letter`,
    'such as `C:` gives today should stay as it is.',
  ].join('\n'),
} as const

/** What a model has to do, for the one that follows a script. */
export const demoFix = {
  path: 'index.js',
  from: '([A-z]:)?',
  to: '([A-Za-z]:)?',
  test: 'npm test',
  passed: /^# ok$/m,
  summary: [
    'A drive letter was matched by `[A-z]`, which also covers the six characters between `Z` and `a`. The backtick is',
    'one of them, so a backtick before a colon was kept as if it were a drive letter. The class is `[A-Za-z]` now. The',
    'test that showed it passes, and so do all others.',
  ].join('\n'),
} as const

/** The repository's `.github/airlock.yml`. */
export function demoPolicy(agent: AgentName): string {
  return [
    `agent: ${agent}`,
    'image: host',
    'isolation: process',
    'setup:',
    '  run: [npm ci]',
    '  network: [npm]',
    '',
  ].join('\n')
}
