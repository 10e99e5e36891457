import { canonical, entriesAt, textAt, valueAt } from '../../../change/read-value.ts'
import { type ActionReference, isNoOlder, readAction, releaseOf } from './action-reference.ts'
import { createIsKnownJob } from './known-job.ts'
import { steps } from './workflow-entries.ts'
import { allTriggers } from './workflow-grants.ts'
import { jobsOf } from './workflow-jobs.ts'
import { isHarmlessDefault } from './workflow-values.ts'

/** Steps that look for what a change should not have. */
const watches =
  /attest|codeql|cosign|dependency-review|gitleaks|harden-runner|provenance|scorecard|secret|security|semgrep|sigstore|snyk|trivy|trufflehog|zizmor/i
/** The same as commands: other words stand in many scripts. */
const watchingCommand =
  /\b(?:gitleaks|trufflehog|semgrep|snyk|trivy|grype|zizmor|codeql|cosign verify|scorecard|osv-scanner|bandit|pip-audit|audit-ci|(?:npm|pnpm|yarn|cargo|composer|bundle)[ -]audit)\b/i
const ofNoEffect = ['name', 'run-name', 'concurrency', 'author', 'branding', 'description']
const readElsewhere = ['on', 'permissions', 'jobs', 'env', 'runs', 'inputs', 'outputs']

/**
 * Whether a workflow, or an action, grants, runs and uses nothing that it did not before. In a job that holds nothing,
 * where the code of the repository ran already, starting another script of the project is no news: whoever changes the
 * project could have changed what ran.
 */
export function reachesNoFurther(before: unknown, after: unknown): boolean {
  const isKnownJob = createIsKnownJob(before)
  const isKnownRelease = createIsKnownRelease(before)
  return (
    jobsOf(after).length > 0 &&
    isPart(allTriggers(after), allTriggers(before)) &&
    isPart(aroundJobs(after), aroundJobs(before)) &&
    isPart(offeredBy(after, before), offeredBy(before, before)) &&
    jobsOf(after).every((job) => isKnownJob(job, after)) &&
    releasesOf(after).every(isKnownRelease) &&
    watchersOf(before).isSubsetOf(watchersOf(after))
  )
}

/** What stands beside the jobs. */
function* aroundJobs(document: unknown): Generator<unknown> {
  for (const [key, value] of entriesAt(document)) {
    if (!ofNoEffect.includes(key) && !readElsewhere.includes(key)) yield [key, value]
  }
}

/**
 * What an action takes and gives: what its inputs are without being given, and its outputs. One more is no news where
 * nothing in the action before spoke of it.
 */
function* offeredBy(document: unknown, before: unknown): Generator<unknown> {
  const used = JSON.stringify(valueAt(before, 'runs') ?? null)
  const isNew = (kind: string, name: string) => valueAt(before, kind, name) === undefined && !used.includes(name)
  for (const [name, input] of entriesAt(document, 'inputs')) {
    const value = valueAt(input, 'default') ?? null
    if (!isNew('inputs', name) || !isHarmlessDefault(name, value)) yield ['inputs', name, value]
  }
  for (const [name, output] of entriesAt(document, 'outputs')) {
    if (!isNew('outputs', name)) yield ['outputs', name, valueAt(output, 'value') ?? null]
  }
}

function isPart(some: Iterable<unknown>, all: Iterable<unknown>): boolean {
  const known = new Set([...all].map(canonical))
  return [...some].every((one) => known.has(canonical(one)))
}

function actionsOf(document: unknown) {
  return [...steps(document), ...entriesAt(document, 'jobs')].flatMap(([, owner]) => {
    const text = textAt(owner, 'uses')
    return text === null ? [] : [readAction(text)]
  })
}

function releasesOf(document: unknown) {
  return actionsOf(document).flatMap((action) => {
    const release = releaseOf(action)
    return release === null ? [] : [{ ...action, reference: release }]
  })
}

function createIsKnownRelease(before: unknown) {
  const oldByName = Map.groupBy(releasesOf(before), ({ name }) => name)
  return ({ name, level, reference }: ActionReference) => {
    const old = oldByName.get(name)
    // Where it was a commit that nobody here knows, whether another one may come is said by what the job holds.
    if (old === undefined) return level === 'commit'
    return old.some((one) => isNoOlder(reference, one.reference))
  }
}

/** What looks for what a change should not have: actions, under which condition, and scripts, word for word. */
export function watchersOf(document: unknown): Set<string> {
  return new Set(
    [...steps(document), ...entriesAt(document, 'jobs')].flatMap(([, owner]) => {
      const action = readAction(textAt(owner, 'uses') ?? '').name
      const script = textAt(owner, 'run') ?? ''
      const looks = [...(watches.test(action) ? [action] : []), ...(watchingCommand.test(script) ? [script] : [])]
      return looks.map((one) => canonical([one, valueAt(owner, 'if')]))
    }),
  )
}
