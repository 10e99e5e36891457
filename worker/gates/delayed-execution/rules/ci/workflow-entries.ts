import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { expressionsOf } from './workflow-expressions.ts'

export type Entry = [label: string, value: unknown]

/** All at once, or one whose name is only known when it runs. */
const takesAllSecrets = /\btoJSON\(\s{0,5}secrets\s{0,5}\)|\bsecrets\s{0,5}\[|\bsecrets\.\*/i
/** The body or form of a request. A header is how one signs in, and an address may be a webhook. */
const sentBody =
  /\b(?:curl|wget|Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b[^\n]{0,500}?\s(?:-d|-F|--data[\w-]{0,12}|--form[\w-]{0,8}|--post-data|--body-data|-Body)[ =]{1,3}('[^'\n]{0,500}'|"(?:[^"\\\n]|\\.){0,500}"|[^\s'"]{1,500})/gi
/** Events whose workflow holds the base repository's secrets while a stranger decides the content. */
export const strangersEvents = [
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'pull_request_review',
  'pull_request_review_comment',
]
const headOfPullRequest =
  /github\.head_ref|github\.event\.pull_request\.head\.|github\.event\.workflow_run\.head_|refs\/pull\/|\bgh\s{1,3}pr\s{1,3}checkout\b/i

/** Places that take all secrets at once. */
export function* secretDumps(document: unknown): Generator<Entry> {
  const owners: Entry[] = [
    ...steps(document),
    ...entriesAt(document, 'jobs'),
    ['env', { env: valueAt(document, 'env') }],
  ]
  for (const [label, owner] of owners) {
    for (const [name, text] of [...entriesAt(owner), ...entriesAt(owner, 'env'), ...entriesAt(owner, 'with')]) {
      if (typeof text === 'string' && expressionsOf(text).some((inner) => takesAllSecrets.test(inner))) {
        yield [`${label}.${name}`, text]
      }
    }
  }
}

/** Scripts that send a secret away in the body of a request, as an expression or by a variable that holds it. */
export function* sentSecrets(document: unknown): Generator<Entry> {
  const holders = environments(document).filter(
    ([, text]) => typeof text === 'string' && /\$\{\{\s{0,5}secrets\b/i.test(text),
  )
  const names = new Set(holders.map(([name]) => name))
  for (const [label, step] of steps(document)) {
    const run = (textAt(step, 'run') ?? '').replaceAll(/\\\r?\n/g, ' ')
    const bodies = [...run.matchAll(sentBody)].map(([, body = '']) => body)
    if (bodies.some((body) => holdsSecret(body, names))) yield [`${label}.run`, run]
  }
}

function holdsSecret(body: string, names: ReadonlySet<string>): boolean {
  const used = [...body.matchAll(/\$\{?(\w{1,100})/g)].map(([, name = '']) => name)
  return /\$\{\{\s{0,5}secrets\b/i.test(body) || used.some((name) => names.has(name))
}

/** Every variable of the workflow, its jobs and its steps. */
export function environments(document: unknown): Entry[] {
  const jobs = entriesAt(document, 'jobs').map(([, job]) => job)
  return [document, ...jobs, ...[...steps(document)].map(([, step]) => step)].flatMap((owner) =>
    entriesAt(owner, 'env'),
  )
}

/** Steps that fetch the code of a pull request while the workflow holds the base repository's secrets. */
export function* strangersCheckouts(document: unknown): Generator<Entry> {
  const events = triggers(document).filter((event) => strangersEvents.includes(event))
  if (events.length === 0) return
  for (const [label, step] of steps(document)) {
    const texts = [textAt(step, 'run'), textAt(step, 'with', 'ref'), textAt(step, 'with', 'repository')]
    // What else such a script does may change around it.
    const heads = texts.flatMap((text) => headOfPullRequest.exec(text ?? '')?.[0] ?? [])
    if (heads.length > 0) yield [label, [events, heads]]
  }
}

/** Inputs that let everyone start an agent. */
export function* openedToStrangers(document: unknown): Generator<Entry> {
  for (const [label, step] of steps(document)) {
    for (const [name, value] of entriesAt(step, 'with')) {
      if (/^allow(?:ed)?[-_].*(?:users?|bots?)$/i.test(name) && String(value).includes('*'))
        yield [`${label}.with.${name}`, value]
    }
  }
}

export function* steps(document: unknown): Generator<Entry> {
  for (const [job, body] of entriesAt(document, 'jobs')) {
    for (const step of listAt(body, 'steps')) yield [`jobs.${job} ${nameOf(step)}`, step]
    yield [`jobs.${job}`, { with: valueAt(body, 'with') }]
  }
  for (const step of listAt(document, 'runs', 'steps')) yield [`runs ${nameOf(step)}`, step]
}

/** Not by position: a step that others push down is the same step. */
function nameOf(step: unknown): string {
  return textAt(step, 'name') ?? textAt(step, 'id') ?? textAt(step, 'uses') ?? 'step'
}

export function triggers(document: unknown): string[] {
  const on = valueAt(document, 'on')
  if (typeof on === 'string') return [on]
  const names: unknown[] = Array.isArray(on) ? on : entriesAt(on).map(([name]) => name)
  return names.filter((name) => typeof name === 'string')
}
