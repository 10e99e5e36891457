import { statusMarker } from '../../worker/contract/index.ts'
import type { ExplainedValue, ValueOrigin } from '../repo-policy/explain-policy.ts'
import type { PolicyProblem } from '../repo-policy/parse-policy.ts'
import { formatList, formatTable } from './format.ts'
import { harmlessLine } from './harmless.ts'

const maxValue = 300
const maxPlace = 300
const mostProblems = 20

/** What holds for this repository and where each value is from. `commit` is the default branch's, null where it has none. */
export function policyComment(
  jobId: string,
  {
    commit,
    digest,
    values,
  }: { readonly commit: string | null; readonly digest: string; readonly values: readonly ExplainedValue[] },
): string {
  const rows = values.map(({ key, value, from }) => [key, harmlessLine(valueText(value), maxValue), originText(from)])
  const at = commit === null ? '' : `, as the default branch says it at ${commit.slice(0, 12)}`
  const head = `The policy of this repository${at}:`
  const table = formatTable(['key', 'value', 'from'], rows)
  return `${statusMarker(jobId)}\n${head}\n\n${table}\n\n<sub>policy sha256 ${digest.slice(0, 12)}</sub>`
}

/** No job can start, and why. */
export function brokenPolicyComment(jobId: string, problems: readonly PolicyProblem[]): string {
  return `${statusMarker(jobId)}\n**The policy of this repository can't be used: no job starts.**\n\n${problemList(problems)}`
}

/** What is wrong with a policy, a line each. */
export function problemList(problems: readonly PolicyProblem[]): string {
  return formatList(problems, mostProblems, ({ file, line, path, message }) => {
    const key = path === '' ? '' : `${harmlessLine(path, maxPlace)}: `
    return `${placeText({ file, line })}: ${key}${harmlessLine(message, maxValue)}`
  })
}

/** A value of a policy, for a table. */
export function valueText(value: unknown): string {
  if (!Array.isArray(value)) return String(value)
  return value.length === 0
    ? 'none'
    : value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ')
}

function originText(from: readonly ValueOrigin[]): string {
  return from.length === 0
    ? 'default'
    : from.map((origin) => `${placeText(origin)}${origin.level === 'operator' ? ' of the operator' : ''}`).join(', ')
}

function placeText({ file, line }: Pick<ValueOrigin, 'file' | 'line'>): string {
  return `${harmlessLine(file, maxPlace)}${line === null ? '' : `:${line}`}`
}
