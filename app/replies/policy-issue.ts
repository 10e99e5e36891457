import type { PolicyProblem } from '../repo-policy/parse-policy.ts'
import { harmlessTitle } from './harmless.ts'
import { problemList } from './policy-comment.ts'

/** Told once for each broken file, to whoever keeps it. */
export function policyIssue(file: string, problems: readonly PolicyProblem[]): { title: string; body: string } {
  return {
    title: harmlessTitle(`Airlock: ${file} can't be used`, 200),
    body: [
      "The policy on the default branch can't be used. Until it is mended no job starts under it.",
      problemList(problems),
      'A pull request that mends it is checked before it is merged. This is said once, not with every request.',
    ].join('\n\n'),
  }
}

export function mendedPolicyComment(): string {
  return 'The policy can be used again.'
}
