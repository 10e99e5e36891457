import {
  type Decision,
  type HeldEntry,
  type JobRequest,
  shownIdOf,
  type TriggerEvent,
} from '../../worker/contract/index.ts'
import type { DecisionReply } from '../replies/decision-comment.ts'
import type { LivePermission } from '../triggers/evaluate-authority.ts'
import { type DecisionAsked, type DecisionVerdict, evaluateDecision } from '../triggers/evaluate-decision.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import type { HeldBook, Jobs, RepositoryFacts } from './ports.ts'

export interface DecideDeps {
  readonly jobs: Jobs
  readonly held: HeldBook
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What GitHub says of whoever decides. */
export interface Decider extends Pick<RepositoryFacts, 'teamsOf'> {
  readonly live: LivePermission | null
}

/**
 * Takes a person's word on a held change, and says what became of it. The word is written down first and the job comes
 * after it: an app that dies between the two has its work done by the next word, or by the same one when it is tried
 * again. The job's id follows from the held job's, so that there is one however often it is asked for.
 */
export async function decide(
  { jobs, held, now }: DecideDeps,
  event: TriggerEvent,
  asked: DecisionAsked,
  { live, teamsOf }: Decider,
): Promise<DecisionReply> {
  const place = { repository: event.repository.id, number: event.subject.number }
  const { sender, eventKey } = event
  const entries = await held.on(place)
  const teams = [...new Set(entries.flatMap(({ approvals }) => approvals.teams ?? []))]
  const asker = teams.length === 0 ? undefined : await teamsOf(sender.login, teams)
  const verdict = evaluateDecision(asked, { sender, live, asker, eventKey, held: entries })
  if (verdict.kind !== 'take') return replyTo(verdict)

  const { entry } = verdict
  const by = { id: sender.id, login: sender.login }
  const permission = live?.permission ?? 'none'
  const said: Decision = { verb: asked.verb, by, permission, at: new Date(now()).toISOString(), eventKey }
  const decided = await held.decide(place, entry.jobId, said)
  if (decided === null) return { kind: 'expired', entry }
  const { decision, request } = decided
  if (decision.verb === 'approve' && request !== null) await jobs.enqueue(approvedRequest(request, entry, decision))
  if (decision.eventKey !== eventKey) return { kind: 'decided-before', entry, decision }
  return { kind: decision.verb === 'approve' ? 'approved' : 'rejected', entry, by: decision.by.login }
}

function replyTo(verdict: Exclude<DecisionVerdict, { kind: 'take' }>): DecisionReply {
  if (verdict.kind !== 'not-allowed') return verdict
  return { kind: 'not-allowed', entry: verdict.entry, detail: verdict.authority.detail }
}

/** The held job's own request, to be carried to its end under a name of its own. */
function approvedRequest(request: JobRequest, { digest }: HeldEntry, { verb: _, ...decision }: Decision): JobRequest {
  const jobId = shownIdOf(request)
  return { ...request, id: jobIdFor(`approval:${jobId}`), approval: { jobId, digest, ...decision } }
}
