import { expect } from 'vitest'
import type { GitHubStandIn } from '../github/stand-in.ts'

/** What must hold after every test against the stand-in, whatever the test was about. */
export function expectKeptRules(github: GitHubStandIn): void {
  expect(github.failures).toEqual([])
  expect(github.unexpected.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  expect(
    github.requests.flatMap(({ method, path, violations }) => violations.map((v) => `${method} ${path}: ${v}`)),
  ).toEqual([])
  expect(github.unusedFaults).toEqual([])
}
