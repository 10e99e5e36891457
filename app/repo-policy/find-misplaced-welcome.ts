import type { PolicyProblem } from './parse-policy.ts'
import type { PolicyLevels } from './resolve-policy.ts'

/** Who is welcomed is for the organisation to say; the operator's own file has a key of its own for it. */
export function findMisplacedWelcome({ operator, repository }: PolicyLevels): PolicyProblem[] {
  return [operator, repository].flatMap((level) => {
    if (level === null || (level.file.welcome ?? []).length === 0) return []
    const message =
      "this belongs in the airlock.yml of the organisation's .github repository, or in the operator's policy"
    return [{ file: level.name, path: 'welcome', line: level.lineOf(['welcome']), message }]
  })
}
