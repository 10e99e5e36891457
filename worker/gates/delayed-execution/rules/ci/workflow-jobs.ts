import { entriesAt, textAt, valueAt } from '../../../change/read-value.ts'
import { matrixValues } from './matrix-values.ts'
import { strangersEvents, triggers } from './workflow-entries.ts'
import { secretNames } from './workflow-secrets.ts'
import { runnerOfGitHub } from './workflow-values.ts'

export interface WorkflowJob {
  readonly name: string
  readonly body: unknown
  /** What it may do or reach that another job may not. */
  readonly grants: ReadonlySet<string>
  /** It holds nothing but what every job of the repository is given: what it runs could as well be a test. */
  readonly isPlain: boolean
}

const unstated = 'permissions as the repository sets them'
const callers = 'permissions of whoever calls it'

/** The jobs of a workflow; the steps of an action are one that may hold anything, since whoever calls it is unknown. */
export function jobsOf(document: unknown): WorkflowJob[] {
  const runs = valueAt(document, 'runs')
  if (runs !== undefined) return [{ name: 'runs', body: runs, grants: new Set(), isPlain: false }]
  const events = triggers(document).filter((event) => strangersEvents.includes(event))
  return entriesAt(document, 'jobs').map(([name, body]) => {
    const grants = new Set([...events, ...grantsOf(document, body)])
    return { name, body, grants, isPlain: grants.isSubsetOf(new Set([unstated])) }
  })
}

export function isPlainWorkflow(document: unknown): boolean {
  return jobsOf(document).every(({ isPlain }) => isPlain)
}

function grantsOf(document: unknown, job: unknown): string[] {
  const secrets = [...secretNames([job, valueAt(document, 'env')])].map((name) => `secrets.${name}`)
  const rest = ['secrets', 'environment'].flatMap((key) => {
    const value = valueAt(job, key)
    return value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`]
  })
  const isCalled = triggers(document).includes('workflow_call')
  return [
    ...(grantedWrites(document, job) ?? [isCalled ? callers : unstated]),
    ...secrets,
    ...rest,
    ...ownRunnersOf(job),
  ]
}

/** What the job's token may write; null where neither it nor the workflow says so. */
export function grantedWrites(document: unknown, job: unknown): string[] | null {
  const permissions = valueAt(job, 'permissions') ?? valueAt(document, 'permissions') ?? null
  if (permissions === null) return null
  if (typeof permissions === 'string') return permissions === 'read-all' ? [] : [permissions]
  const scopes = entriesAt(permissions).filter(([, level]) => level === 'write')
  return scopes.map(([scope]) => `${scope}: write`)
}

/** Runners that are not, or not surely, GitHub's own. */
function ownRunnersOf(job: unknown): string[] {
  const runsOn = valueAt(job, 'runs-on') ?? []
  const labels = typeof runsOn === 'string' || Array.isArray(runsOn) ? [runsOn].flat() : [JSON.stringify(runsOn)]
  const names = labels.flatMap((label) => resolved(String(label), job))
  return names.filter((label) => !runnerOfGitHub.test(label)).map((label) => `runs-on ${label}`)
}

/** `matrix.os || 'ubuntu-latest'` by each value that it can have. */
function resolved(label: string, job: unknown): string[] {
  const inner = /^\s{0,9}\$\{\{([^{}]{1,300})\}\}\s{0,9}$/.exec(label)?.[1]
  // What an expression adds to the matrix may give it any value.
  const isMade = [[], ['matrix'], ['matrix', 'include']].some((place) => textAt(job, 'strategy', ...place) !== null)
  if (inner === undefined || isMade) return [label]
  const values = inner.split('||').map((choice) => chosen(choice.split('&&').at(-1)?.trim() ?? '', job))
  // A part of the matrix that has no value leaves the choice to the next one.
  return values.some((one) => one === null) || values.flat().length === 0 ? [label] : values.flatMap((one) => one ?? [])
}

function chosen(word: string, job: unknown): string[] | null {
  const literal = /^'([^']{1,60})'$/.exec(word)?.[1]
  if (literal !== undefined) return [literal]
  const [name, ...rest] = /^matrix\.([\w-]{1,100}(?:\.[\w-]{1,100}){0,3})$/.exec(word)?.[1]?.split('.') ?? []
  if (name === undefined) return null
  const named = matrixValues(job).filter(([key]) => key === name)
  return named.map(([, value]) => valueAt(value, ...rest)).flatMap((one) => (one === undefined ? [] : [String(one)]))
}
