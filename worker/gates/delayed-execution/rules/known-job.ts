import { canonical, entriesAt, listAt, valueAt } from '../../change/read-value.ts'
import { isPlainCommand } from './plain-command.ts'
import { effectsOf, type Look, scriptLines } from './workflow-effects.ts'
import { strangersEvents, triggers } from './workflow-entries.ts'
import { jobsOf, type WorkflowJob } from './workflow-jobs.ts'
import { secretNames } from './workflow-secrets.ts'

/** Whether a job runs, uses and holds nothing that jobs of the workflow did not before. */
export function isKnownJob(job: WorkflowJob, before: unknown, after: unknown): boolean {
  const old = jobsOf(before)
  if (job.isPlain) {
    const ranCode = old.some(({ isPlain, body }) => isPlain && scriptLines(body).length > 0)
    const bodies = old.map(({ body }) => body)
    return isKnownBody(after, job.body, before, bodies, ranCode ? 'open' : 'plain')
  }
  const same = old.find(({ name }) => name === job.name)
  if (same === undefined || !job.grants.isSubsetOf(same.grants) || !isGuarded(job.body, same.body)) return false
  if (!isExposed(before, same)) return isKnownBody(after, job.body, before, [same.body], 'close')
  const [secret, oldSecret] = [stepsOf(job.body, true), stepsOf(same.body, true)]
  return (
    canonical([...effectsOf({}, secret, 'close')]) === canonical([...effectsOf({}, oldSecret, 'close')]) &&
    isKnownBody(after, stepsOf(job.body, false), before, [stepsOf(same.body, false)], 'open')
  )
}

function isKnownBody(after: unknown, body: unknown, before: unknown, old: readonly unknown[], look: Look): boolean {
  const known = new Set(old.flatMap((one) => [...effectsOf(before, one, look)]))
  const lines = new Set(old.flatMap(scriptLines))
  return (
    effectsOf(after, body, look).isSubsetOf(known) &&
    // A close look compares scripts as a whole.
    (look === 'close' ||
      scriptLines(body).every((line) => lines.has(line) || (look === 'open' && isPlainCommand(line))))
  )
}

/**
 * It ran the code of any pull request that a branch of the repository makes, beside all that it holds, before a person
 * looked: none of its steps that are given no secret keeps anything from whoever writes that code.
 */
function isExposed(document: unknown, { body, grants }: WorkflowJob): boolean {
  const events = triggers(document)
  return (
    events.includes('pull_request') &&
    !events.some((event) => strangersEvents.includes(event)) &&
    valueAt(body, 'if') === undefined &&
    valueAt(body, 'needs') === undefined &&
    ![...grants].some((grant) => /^(?:environment|runs-on|secrets:)/.test(grant)) &&
    listAt(stepsOf(body, false), 'steps').some(
      (step) => valueAt(step, 'if') === undefined && scriptLines({ steps: [step] }).some(startsCode),
    )
  )
}

function startsCode(line: string): boolean {
  return isPlainCommand(line) && !/^(?:#|echo|cd|mkdir|ls|pwd|true|sudo)/.test(line)
}

/** A job with those steps alone that are given a secret, or are not; the first without what stands around them. */
function stepsOf(body: unknown, withSecrets: boolean): unknown {
  const steps = listAt(body, 'steps').filter((step) => secretNames(step).size > 0 === withSecrets)
  return withSecrets ? { steps } : Object.fromEntries([...entriesAt(body), ['steps', steps]])
}

/** It waits for the same and asks for the same, or for something where it asked for nothing. */
function isGuarded(job: unknown, same: unknown): boolean {
  const [condition, old] = [canonical(valueAt(job, 'if')), canonical(valueAt(same, 'if'))]
  return (old === '' || condition === old) && canonical(valueAt(job, 'needs')) === canonical(valueAt(same, 'needs'))
}
