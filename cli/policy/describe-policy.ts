import type { ExplainedValue, Explanation, ValueOrigin } from '../../app/repo-policy/explain-policy.ts'
import type { PolicyProblem } from '../../app/repo-policy/parse-policy.ts'
import { terminalText } from '../terminal-text.ts'

/** The effective policy for a terminal, a line for each value; or what is wrong with it. */
export function describePolicy(explanation: Explanation): string {
  if (!explanation.ok) return `${terminalText(explanation.problems.map(describeProblem).join('\n'))}\n`
  const { values } = explanation
  const width = Math.max(0, ...values.map(({ key }) => key.length))
  return `${terminalText(values.map((value) => describeValue(value, width)).join('\n'))}\n`
}

function describeValue({ key, value, from }: ExplainedValue, width: number): string {
  const origin =
    from.length === 0
      ? 'default'
      : from.map((one) => `${placeOf(one)}${one.level === 'operator' ? ' of the operator' : ''}`).join(', ')
  return `${key.padEnd(width)}  ${JSON.stringify(value)}  (${origin})`
}

function describeProblem({ file, line, path, message }: PolicyProblem): string {
  return `${placeOf({ file, line })}: ${path === '' ? '' : `${path}: `}${message}`
}

function placeOf({ file, line }: Pick<ValueOrigin, 'file' | 'line'>): string {
  return line === null ? file : `${file}:${line}`
}
