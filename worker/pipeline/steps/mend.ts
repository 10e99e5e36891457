import type { Finding, GateResult, Limits } from '../../contract/index.ts'
import { verdictOf } from '../../gates/evaluate-gates.ts'
import type { Job, StepResult } from '../job.ts'
import { type Judged, judge } from '../judge.ts'
import { mendPrompt } from '../mend-prompt.ts'
import { timed } from '../timed.ts'
import { firstTurn, runAgent, tokensOf } from './agent.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'
import type { Sealed } from './seal.ts'

/** In less no agent reads what it has to mend. */
const leastMs = 20_000

/**
 * Gives the agent one turn to mend what the gates found, within what is left of its limits, in a sandbox like its
 * first. Returns what stands: the mended change where the gates think better of it, else the first one.
 */
export async function mend(
  job: Job,
  prepared: Prepared,
  cloned: Cloned,
  sealed: Sealed,
  first: Judged,
): Promise<Judged> {
  const findings = toMend(first.results)
  const limits = limitsLeft(job)
  // A command is told of no rule: it would do again what it did.
  if (findings.length === 0 || limits === null || job.request.agent === 'command') return first
  const { gates, changedFiles, agentSummary, lastOutput } = job.facts
  const { prompt, task } = firstTurn(job)
  const turn = { prompt: mendPrompt(prompt, findings), task, removed: [], limits }
  const ran = await timed(job, 'agent', () => runAgent(job, prepared, turn))
  const second = 'end' in ran ? ran : await judge(job, prepared, cloned, sealed)
  job.attempt.signal.throwIfAborted()
  if ('value' in second && isBetter(second.value.results, first.results)) {
    job.facts.notes.push(noteOf(findings, 'it did'))
    return second.value
  }
  Object.assign(job.facts, { gates, changedFiles, agentSummary, lastOutput })
  job.facts.notes.push(noteOf(findings, whyNot(second)))
  return first
}

/** What stands in the way. A gate that failed is nothing that an agent can mend. */
function toMend(results: readonly GateResult[]): Finding[] {
  const verdict = verdictOf(results)
  if (verdict === 'publish') return []
  const findings = results.flatMap((result) => result.findings).filter(({ severity }) => severity !== 'note')
  return findings.some(({ rule }) => rule === 'gate-error') ? [] : findings
}

function limitsLeft({ request: { policy }, facts }: Job): Limits | null {
  const wallMs = policy.limits.wallMs - (facts.durations.agent ?? 0)
  const costUsd = policy.limits.costUsd - facts.usage.costUsd
  const tokens = (policy.limits.tokens ?? Number.POSITIVE_INFINITY) - tokensOf(facts.usage)
  if (wallMs < leastMs || costUsd <= 0 || tokens <= 0) return null
  return { ...policy.limits, wallMs, costUsd, ...(Number.isFinite(tokens) ? { tokens } : {}) }
}

/** A milder verdict; or the same one for fewer things. */
function isBetter(second: readonly GateResult[], first: readonly GateResult[]): boolean {
  const order = ['publish', 'hold', 'block']
  const [now, before] = [second, first].map((results) => order.indexOf(verdictOf(results)))
  if (now !== before) return (now ?? 0) < (before ?? 0)
  return count(second) < count(first)
}

function count(results: readonly GateResult[]): number {
  return results.flatMap(({ findings }) => findings).filter(({ severity }) => severity !== 'note').length
}

function whyNot(second: StepResult<Judged>): string {
  return 'end' in second ? `it did not: ${second.end.reason.replaceAll('-', ' ')}` : 'it did not'
}

function noteOf([worst, ...more]: readonly Finding[], done: string): string {
  const what = worst === undefined ? '' : [`${worst.gate}, ${worst.rule}`, worst.path].filter(Boolean).join(' in ')
  const rest = more.length === 0 ? '' : `, and ${more.length} more`
  return `A gate stopped the agent's first version (${what}${rest}). It had one turn to mend it, and ${done}.`
}
