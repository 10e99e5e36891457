import { stepNames } from '../../worker/contract/index.ts'
import type { JobEnd } from './follow-job.ts'
import { failingTestFile } from './library.ts'
import type { TestRun } from './prove-change.ts'

export interface FoundPullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly draft: boolean
  readonly head: string
  readonly base: string
  readonly headSha: string
  readonly baseSha: string
  readonly diff: string
}

export interface DemoEnd {
  readonly end: JobEnd
  /** What the stand-in has of the pull request; null: there is none. */
  readonly found: FoundPullRequest | null
  /** The repository's own tests on a fresh checkout of both commits. */
  readonly proof: { readonly before: TestRun; readonly after: TestRun } | null
  readonly elapsedMs: number
}

const rule = '─'.repeat(100)

/** The end of the demo, as a reviewer would read it. */
export function describeEnd({ end, found, proof, elapsedMs }: DemoEnd): string {
  const outcome = `${end.outcome} (${end.reason})${end.detail === undefined ? '' : `: ${end.detail}`}`
  return [
    '',
    rule,
    ...(found === null ? [`no pull request: ${outcome}`] : describePullRequest(found)),
    rule,
    `outcome  ${outcome}`,
    `record   ${end.audit}`,
    `         npx airlock audit verify ${end.audit}`,
    ...(proof === null ? [] : describeProof(proof)),
    '',
    ...describeTimes(end, elapsedMs),
    '',
  ].join('\n')
}

function describePullRequest(pull: FoundPullRequest): string[] {
  const kind = pull.draft ? 'draft pull request' : 'pull request'
  return [
    `${kind} #${pull.number}: ${pull.head} → ${pull.base}`,
    rule,
    `# ${pull.title}`,
    '',
    pull.body,
    rule,
    pull.diff.trimEnd(),
  ]
}

function describeProof({ before, after }: NonNullable<DemoEnd['proof']>): string[] {
  const words = ({ exitCode }: TestRun) => (exitCode === 0 ? 'pass' : `fail (exit ${exitCode ?? 'by a signal'})`)
  return [
    `proof    npm test, with ${failingTestFile}, on a fresh checkout in a sandbox of its own`,
    `           before the change: ${words(before)}`,
    `           after the change:  ${words(after)}`,
  ]
}

function describeTimes(end: JobEnd, elapsedMs: number): string[] {
  const steps = stepNames.flatMap((step) => {
    const ms = end.durations[step]
    return ms === undefined ? [] : [`  ${step.padEnd(10)}${(ms / 1000).toFixed(2).padStart(8)} s`]
  })
  return ['times', ...steps, `  ${'all of it'.padEnd(10)}${(elapsedMs / 1000).toFixed(2).padStart(8)} s`]
}
