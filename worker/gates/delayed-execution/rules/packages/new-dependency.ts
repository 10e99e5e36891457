import type { RuleText } from '../../rule.ts'

/** A package that the project did not ask for before. */
export const newDependency: RuleText = {
  id: 'new-dependency',
  severity: 'hold',
  when: 'Its code would run wherever this project is built, tested or used, some of it on install.',
  mend: 'Have a person look at the package: is it the one that was meant, and is it needed?',
}
