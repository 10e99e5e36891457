import type { CheckAnnotation, CheckRunText } from '../../worker/contract/index.ts'
import type { ChangedCase, PolicyChange } from '../repo-policy/changes/evaluate-change.ts'
import { checkName } from './check-run.ts'
import { formatTable, joinParts, type TextPart } from './format.ts'
import { harmlessLine, harmlessTitle } from './harmless.ts'
import { problemList, valueText } from './policy-comment.ts'

export const policyCheckName = `${checkName} / policy`

const maxText = 300
const mostRows = 60
/** GitHub takes 50 in a request: four requests for the longest of policies. */
const mostAnnotations = 200

/** One policy file that a pull request changes. */
export interface CheckedFile {
  /** In the repository; one of ours. */
  readonly path: string
  /** How problems of it are called. */
  readonly name: string
  /** What people should know of it besides. */
  readonly note: string | null
  readonly change: PolicyChange
}

/** What a pull request would do to policies. */
export function policyCheck(files: readonly CheckedFile[]): CheckRunText {
  const problems = files.flatMap(({ change }) => change.problems)
  const values = files.flatMap(({ change }) => change.cases.flatMap((one) => one.values))
  const isWider = values.some(({ becomes }) => becomes === 'wider')
  return {
    name: policyCheckName,
    title: titleOf(
      problems.length,
      values.map(({ becomes }) => becomes),
    ),
    summary: joinParts(files.flatMap(partsOf)),
    conclusion: problems.length > 0 ? 'failure' : isWider ? 'neutral' : 'success',
    annotations: files.flatMap(annotationsOf).slice(0, mostAnnotations),
  }
}

function titleOf(problems: number, becomes: readonly string[]): string {
  if (problems > 0) return `Can't be used: ${problems} ${problems === 1 ? 'problem' : 'problems'}`
  const counts = ['wider', 'narrower', 'changed'].flatMap((word) => {
    const count = becomes.filter((one) => one === word).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  return counts.length === 0 ? 'Valid, and changes nothing' : `Valid: ${counts.join(', ')}`
}

function partsOf({ path, note, change }: CheckedFile): TextPart[] {
  const said = note === null ? [] : [{ title: null, text: note }]
  if (change.problems.length > 0) {
    return [{ title: `${path}: no job would start`, text: problemList(change.problems) }, ...said]
  }
  const head = change.wasBroken ? "It mends a policy that can't be used now; there is nothing to compare it with." : ''
  const nothing = change.cases.length === 0 && head === '' ? 'No value of the effective policy becomes another.' : head
  return [
    { title: path, text: nothing || 'What becomes of the effective policy:' },
    ...change.cases.map(casePart),
    ...said,
  ]
}

function casePart({ condition, values }: ChangedCase): TextPart {
  const rows = values
    .slice(0, mostRows)
    .map(({ key, before, after, becomes }) => [
      key,
      textOf(before),
      textOf(after),
      becomes === 'wider' ? '**wider**' : becomes,
    ])
  const more = values.length > mostRows ? `\n\n… and ${values.length - mostRows} more` : ''
  const title = condition === null ? null : harmlessTitle(conditionText(condition), maxText)
  return { title, text: `${formatTable(['key', 'before', 'after', 'becomes'], rows)}${more}` }
}

function conditionText({ when, unless }: NonNullable<ChangedCase['condition']>): string {
  const parts = [when && `where ${JSON.stringify(when)}`, unless && `unless ${JSON.stringify(unless)}`]
  return parts.filter((part) => part !== undefined).join(', ') || 'everywhere, by a rule'
}

function textOf(value: unknown): string {
  return value === undefined ? 'not set' : harmlessLine(valueText(value), maxText)
}

/** None for what has no line in this very file: the summary has those as well. */
function annotationsOf({ path, name, change }: CheckedFile): CheckAnnotation[] {
  const problems = change.problems.flatMap(({ file, line, path: key, message }): CheckAnnotation[] => {
    if (file !== name || line === null) return []
    const title = harmlessTitle(key === '' ? 'policy' : key, maxText)
    return [{ path, line, level: 'failure', title, message: harmlessTitle(message, maxText) }]
  })
  const values = change.cases.flatMap((one) =>
    one.values.flatMap(({ key, before, after, becomes, line }): CheckAnnotation[] => {
      if (line === null) return []
      const message = `${key} is ${becomes}: ${plain(before)} before, ${plain(after)} after`
      return [{ path, line, level: becomes === 'wider' ? 'warning' : 'notice', title: `${key}: ${becomes}`, message }]
    }),
  )
  return [...problems, ...values]
}

function plain(value: unknown): string {
  return value === undefined ? 'not set' : harmlessTitle(valueText(value), maxText)
}
