import { canonical, entriesAt, listAt, textAt } from '../../../change/read-value.ts'

/** When Dependabot asks, how often, in which groups, whom, and under which labels; not what it leaves out, or may reach. */
const manner =
  /^(?:schedule|groups|reviewers|versioning-strategy|cooldown|labels|assignees|commit-message|milestone|pull-request-branch-name|rebase-strategy)$/
const whatIsUpdated = /^(?:package-ecosystem|directory|directories|target-branch)$/

/** Whether Dependabot looks at all that it looked at, with what it had; more to look at is no news. */
export function updatesTheSame(before: unknown, after: unknown): boolean {
  const [old, now] = [before, after].map((document) => listAt(document, 'updates').map(told))
  const [known, still] = [new Set((old ?? []).map(canonical)), new Set((now ?? []).map(canonical))]
  return (
    canonical(around(before)) === canonical(around(after)) &&
    known.isSubsetOf(still) &&
    (now ?? []).every((update) => known.has(canonical(update)) || isPlainUpdate(update))
  )
}

function around(document: unknown): unknown {
  return entriesAt(document).filter(([key]) => key !== 'updates')
}

function told(update: unknown): unknown {
  return Object.fromEntries(entriesAt(update).filter(([key, value]) => !manner.test(key) && !isSomeAtOnce(key, value)))
}

/** How many pull requests it may have open; none would switch it off. */
function isSomeAtOnce(key: string, value: unknown): boolean {
  return key === 'open-pull-requests-limit' && typeof value === 'number' && value > 0
}

function isPlainUpdate(update: unknown): boolean {
  return textAt(update, 'package-ecosystem') !== null && entriesAt(update).every(([key]) => whatIsUpdated.test(key))
}
