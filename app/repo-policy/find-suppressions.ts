import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyLevels } from './resolve-policy.ts'
import { withRules } from './rules/fit-rules.ts'

/** Suppressing makes a gate milder: where a level keeps that to the organisation, a repository's are refused by line. */
export function findForbiddenSuppressions({ operator, organisation, repository }: PolicyLevels): PolicyProblem[] {
  const keeper = [operator, organisation, repository].find((level) => level !== null && keepsToOrganisation(level))
  if (keeper === undefined || keeper === null || (repository?.file.gates?.suppress ?? []).length === 0) return []
  const message = `${keeper.name} lets nobody below the organisation suppress a finding`
  const line = repository?.lineOf(['gates', 'suppress']) ?? null
  return [{ file: repository?.name ?? '', path: 'gates.suppress', line, message }]
}

function keepsToOrganisation(level: ParsedPolicy): boolean {
  return withRules(level).some(({ file }) => file.gates?.['suppress-by'] === 'organisation')
}
