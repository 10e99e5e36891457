import { canonical, entriesAt, listAt, valueAt } from '../../../change/read-value.ts'
import { isPlainCommand, startsProject } from './plain-command.ts'
import { effectsOf, emptyStep, type Look, scriptLines } from './workflow-effects.ts'
import { strangersEvents, triggers } from './workflow-entries.ts'
import { splitOutside } from './workflow-expressions.ts'
import { jobsOf, type WorkflowJob } from './workflow-jobs.ts'
import { secretNames } from './workflow-secrets.ts'

export type IsKnownJob = (job: WorkflowJob, document: unknown) => boolean

interface Known {
  readonly effects: ReadonlySet<string>
  readonly lines: ReadonlySet<string>
}

/**
 * Tells whether a job runs, uses and holds nothing that jobs of a workflow did not before. What they did is gathered once:
 * a hostile workflow has tens of thousands of them.
 */
export function createIsKnownJob(before: unknown): IsKnownJob {
  const old = jobsOf(before)
  const oldByName = new Map(old.map((job) => [job.name, job]))
  const ranCode = old.some(({ isPlain, body }) => isPlain && scriptLines(body).length > 0)
  const look = ranCode ? 'open' : 'plain'
  const all = (bodies: readonly unknown[], how: Look): Known => ({
    effects: new Set([emptyStep, ...bodies.flatMap((body) => [...effectsOf(before, body, how)])]),
    lines: new Set(bodies.flatMap(scriptLines)),
  })
  const known = all(
    old.map(({ body }) => body),
    look,
  )
  return (job, document) => {
    if (job.isPlain) return isPartOf(known, document, job.body, look)
    const same = oldByName.get(job.name)
    if (same === undefined || !job.grants.isSubsetOf(same.grants) || !isGuarded(job.body, same.body)) return false
    if (!isExposed(before, same)) return isPartOf(all([same.body], 'close'), document, job.body, 'close')
    const [secret, oldSecret] = [stepsOf(job.body, true), stepsOf(same.body, true)]
    return (
      canonical([...effectsOf({}, secret, 'close')]) === canonical([...effectsOf({}, oldSecret, 'close')]) &&
      isPartOf(all([stepsOf(same.body, false)], 'open'), document, stepsOf(job.body, false), 'open')
    )
  }
}

/** A close look compares scripts as a whole. */
function isPartOf({ effects, lines }: Known, document: unknown, body: unknown, look: Look): boolean {
  // What a job hands out, another one may paste into a script or ask in a condition.
  const handsOut = valueAt(body, 'outputs') !== undefined
  const isPlain = (line: string) =>
    handsOut ? isPlainCommand(line) && !line.includes('::') : isPlainCommand(line.replace(toLaterStep, ''))
  return (
    effectsOf(document, body, look).isSubsetOf(effects) &&
    (look === 'close' || scriptLines(body).every((line) => lines.has(line) || (look === 'open' && isPlain(line))))
  )
}

const toLaterStep = /\s{0,3}>>\s?"?\$\{?GITHUB_OUTPUT\}?"?$/

/**
 * It ran the code of any pull request that a branch of the repository makes, beside all that it holds, before a person
 * looked: none of its steps that are given no secret keeps anything from whoever writes that code.
 */
function isExposed(document: unknown, { body, grants }: WorkflowJob): boolean {
  const events = triggers(document)
  return (
    events.includes('pull_request') &&
    runsAtOnce(document) &&
    !events.some((event) => strangersEvents.includes(event)) &&
    valueAt(body, 'if') === undefined &&
    valueAt(body, 'needs') === undefined &&
    ![...grants].some((grant) => /^(?:environment|runs-on|secrets:)/.test(grant)) &&
    listAt(stepsOf(body, false), 'steps').some(
      (step) => valueAt(step, 'if') === undefined && scriptLines({ steps: [step] }).some(startsProject),
    )
  )
}

/** A label, or a review, can be a person's word that it may run. */
function runsAtOnce(document: unknown): boolean {
  const types = valueAt(document, 'on', 'pull_request', 'types') ?? ['opened']
  return [types].flat().some((type) => type === 'opened' || type === 'synchronize')
}

/** A job with those steps alone that are given a secret, or are not; the first without what stands around them. */
function stepsOf(body: unknown, withSecrets: boolean): unknown {
  const steps = listAt(body, 'steps').filter((step) => secretNames(step).size > 0 === withSecrets)
  return withSecrets ? { steps } : Object.fromEntries([...entriesAt(body), ['steps', steps]])
}

/** It waits for the same or more, and asks for the same or more. */
function isGuarded(job: unknown, same: unknown): boolean {
  const [waits, waited] = [job, same].map((body) => new Set([valueAt(body, 'needs') ?? []].flat()))
  const [asks, asked] = [job, same].map((body) => demandsOf(valueAt(body, 'if')))
  if (waits === undefined || waited === undefined || asks === undefined || asked === undefined) return false
  const added = [...asks.difference(asked)]
  return waited.isSubsetOf(waits) && asked.isSubsetOf(asks) && !added.some((one) => runsAnyway.test(one))
}

/** With one of these a job also runs where one that it waits for has failed. */
const runsAnyway = /\b(?:always|failure|cancelled)\s{0,5}\(/i

/** What has to be true at once; as a whole where it is not plain where one part ends. */
function demandsOf(condition: unknown): Set<string> {
  if (condition === undefined) return new Set()
  const text = String(condition).trim()
  const inner = text.startsWith('${{') && text.endsWith('}}') ? text.slice(3, -2).trim() : text
  const isUnclear = inner.includes('{{') || inner.includes('}}') || /'[^']{0,2000}?[()[\]&|][^']{0,2000}'/.test(inner)
  if (isUnclear || splitOutside(inner, '||').length > 1) return new Set([inner])
  return new Set(splitOutside(inner, '&&').map((part) => part.trim()))
}
