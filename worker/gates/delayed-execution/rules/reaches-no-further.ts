import { canonical, entriesAt, textAt, valueAt } from '../../change/read-value.ts'
import { type ActionReference, isNoOlder, readAction } from './action-reference.ts'
import { createIsKnownJob } from './known-job.ts'
import { steps } from './workflow-entries.ts'
import { allTriggers } from './workflow-grants.ts'
import { jobsOf } from './workflow-jobs.ts'

/** Steps that look for what a change should not have. */
const watches =
  /attest|codeql|cosign|dependency-review|gitleaks|harden-runner|provenance|scorecard|secret|security|semgrep|sigstore|snyk|trivy|trufflehog|zizmor/i
const ofNoEffect = ['name', 'run-name', 'concurrency', 'author', 'branding', 'description']
const readElsewhere = ['on', 'permissions', 'jobs', 'env', 'runs', 'inputs']

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
    jobsOf(after).every((job) => isKnownJob(job, after)) &&
    releasesOf(after).every(isKnownRelease) &&
    watchersOf(before).isSubsetOf(watchersOf(after))
  )
}

/** What stands beside the jobs; of an action's inputs, what they are without being given. */
function* aroundJobs(document: unknown): Generator<unknown> {
  for (const [key, value] of entriesAt(document)) {
    if (!ofNoEffect.includes(key) && !readElsewhere.includes(key)) yield [key, value]
  }
  for (const [name, input] of entriesAt(document, 'inputs')) yield ['inputs', name, valueAt(input, 'default') ?? null]
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
  return actionsOf(document).filter(({ level }) => level === 'release')
}

function createIsKnownRelease(before: unknown) {
  const oldByName = Map.groupBy(releasesOf(before), ({ name }) => name)
  return ({ name, reference }: ActionReference) =>
    (oldByName.get(name) ?? []).some((old) => isNoOlder(reference, old.reference))
}

/** Actions that look for what a change should not have. */
export function watchersOf(document: unknown): Set<string> {
  return new Set(actionsOf(document).flatMap(({ name }) => (watches.test(name) ? [name] : [])))
}
