import { mapDevcontainerImage } from '../devcontainer-image.ts'
import { fitsCondition, type RepositoryTraits } from '../rules/fits-condition.ts'
import type { OperatorPolicy } from './operator-policy.ts'

/** The line of the operator's file that makes this value what it is; null where none says it: a built-in maximum. */
export function lineOfBound(
  { file, lineOf }: OperatorPolicy,
  key: string,
  value: unknown,
  traits: RepositoryTraits,
): number | null {
  if (key === 'isolation') {
    const rule = file.isolation.rules.findIndex(
      (candidate) => candidate.least === value && fitsCondition(candidate, traits) !== 'no',
    )
    return lineOf(rule === -1 ? ['isolation', 'least'] : ['isolation', 'rules', rule])
  }
  if (key === 'image' && mapDevcontainerImage({ file }, traits.devcontainerImage) !== undefined) {
    return lineOf(['devcontainer-images'])
  }
  const [group, name = ''] = key.split('.')
  if (group === 'limits') return lineOf(['maximum', name])
  if (key === 'image' || key === 'agent') return lineOf([`${key}s`])
  return null
}
