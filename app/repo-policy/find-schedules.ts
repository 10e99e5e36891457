import { type SchedulePace, schedulePaces } from '../../worker/contract/index.ts'
import { cronProblem, paceOf } from './cron.ts'
import { strictest } from './narrow.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyLevels } from './resolve-policy.ts'

/** Schedules that can't be read, that stand where they would be everybody's, or that start more than a level allows. */
export function findWrongSchedules({ operator, organisation, repository }: PolicyLevels): PolicyProblem[] {
  const above = [operator, organisation].filter((level) => level !== null)
  const pace = strictestPace([...above, ...(repository === null ? [] : [repository])])
  return [
    ...above.flatMap((level) => ((level.file.schedules ?? []).length === 0 ? [] : [misplaced(level)])),
    ...(repository?.file.schedules ?? []).flatMap((schedule, index) => {
      const message = cronProblem(schedule) ?? paceProblem(paceOf(schedule), pace)
      return message === null || repository === null ? [] : [problemAt(repository, index, message)]
    }),
  ]
}

export function strictestPace(levels: readonly ParsedPolicy[]): SchedulePace {
  const asked = levels.map(({ file }) => file.triggers?.schedules)
  return strictest(schedulePaces, asked) ?? schedulePaces[0]
}

function misplaced({ name, lineOf }: ParsedPolicy): PolicyProblem {
  const message =
    "a schedule belongs in a repository's own .github/airlock.yml: here it would start jobs in all of them"
  return { file: name, path: 'schedules', line: lineOf(['schedules']), message }
}

function paceProblem(kept: SchedulePace, bound: SchedulePace): string | null {
  if (schedulePaces.indexOf(kept) >= schedulePaces.indexOf(bound)) return null
  if (bound === 'never') return 'schedules are not allowed: triggers.schedules is never'
  return `it may start more often than triggers.schedules allows, which is ${bound}`
}

function problemAt({ name, lineOf }: ParsedPolicy, index: number, message: string): PolicyProblem {
  return { file: name, path: `schedules.${index}.cron`, line: lineOf(['schedules', index, 'cron']), message }
}
