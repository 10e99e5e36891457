import { cells, groups, type HostileCase } from '../hostile-case.ts'
import { notClaimed } from '../not-claimed.ts'
import type { Column } from './column.ts'

const titles = {
  escape: 'Escape',
  secret: 'Secrets',
  egress: 'Egress',
  injection: 'Injections that were published, done to the letter',
  resource: 'Resources',
} as const
const absent = '-'
const widestAttack = 88

/** The table of cases and engines, what each column sums up to, and why something is not claimed. Pure. */
export function formatTable(cases: readonly HostileCase[], columns: readonly Column[]): string {
  const found = columns.map((column) => new Map(column.cases.map(({ name, cell }) => [name, cell])))
  const width = Math.max(...columns.map(({ engine }) => engine.length), 11) + 2
  const line = (first: string, rest: readonly string[]) =>
    `${first.slice(0, widestAttack).padEnd(widestAttack + 2)}${rest.map((word) => word.padEnd(width)).join('')}`.trimEnd()
  const head = (title: string) =>
    line(
      title,
      columns.map(({ engine }) => engine),
    )

  const rows = groups.flatMap((group) => [
    head(titles[group]),
    ...cases
      .filter((one) => one.group === group)
      .map(({ name, attack }) =>
        line(
          `  ${attack}`,
          found.map((column) => column.get(name) ?? absent),
        ),
      ),
    '',
  ])
  const sums = cells.map((cell) =>
    line(
      `  ${cell}`,
      found.map((column) => String([...column.values()].filter((one) => one === cell).length)),
    ),
  )
  const took = line(
    '  seconds',
    columns.map(({ durationMs }) => String(Math.round(durationMs / 1000))),
  )
  const missing = columns.flatMap(({ engine, unavailable }) =>
    unavailable === null ? [] : [`${engine} is not here: ${unavailable}`],
  )
  return [...rows, head(`All ${cases.length} cases`), ...sums, took, '', ...missing, ...reasons(columns)].join('\n')
}

function reasons(columns: readonly Column[]): readonly string[] {
  const open = new Set(
    columns.flatMap((column) => column.cases.flatMap(({ name, cell }) => (cell === 'not claimed' ? [name] : []))),
  )
  const given = notClaimed.filter(({ cases }) => cases.some((name) => open.has(name)))
  return given.length === 0 ? [] : ['Not claimed:', ...given.map(({ because }) => `  ${because}`)]
}
