import type { FileLevels } from '../evaluate-policy.ts'
import type { OperatorPolicy } from '../operator/operator-policy.ts'
import type { ParsedPolicy } from '../parse-policy.ts'
import { rulesAskForTraits, teamsOfRules } from './fit-rules.ts'

/** Whether a policy asks for more of a repository than its name. */
export function asksForTraits({ file, level }: OperatorPolicy, levels: FileLevels): boolean {
  return (
    file.isolation.rules.some((rule) => rule.visibility ?? rule.topic ?? rule.property) ||
    present(level, levels).some(rulesAskForTraits)
  )
}

/** Every team that decides what whoever asks may ask for, once. */
export function teamsAsked({ level }: OperatorPolicy, levels: FileLevels): string[] {
  const named = present(level, levels).flatMap((one) => [
    ...teamsOfRules(one),
    ...[one.file, ...(one.file.rules ?? [])].flatMap(({ triggers }) => triggers?.teams ?? []),
  ])
  return [...new Set(named)]
}

function present(operator: ParsedPolicy, levels: FileLevels): ParsedPolicy[] {
  return [operator, ...levels].filter((level) => level !== null)
}
