import type { JobRequest } from '../contract/index.ts'
import type { RunOfWorkflow } from './manifest.ts'
import type { Handover } from './read-handover.ts'

/**
 * Is this what the job made that this run is for? `own` is the request as we froze it ourselves from the event and the
 * default branch's policy. Only the base may be an older commit of the same branch; the authority looks at that. Null:
 * it is ours.
 */
export function whyNotOurs(
  own: JobRequest,
  { run }: { readonly run: RunOfWorkflow },
  { manifest, request, summary }: Handover,
): string | null {
  if (manifest.run.id !== run.id) return 'it was handed over in another run'
  if (manifest.jobId !== own.id || request.id !== own.id) return "it is another job's"
  if (manifest.repositoryId !== own.repository.id || request.repository.id !== own.repository.id) {
    return "it is another repository's"
  }
  if (request.policyDigest !== own.policyDigest) return 'it was made under another policy than the one in force'
  if (identityOf(request) !== identityOf(own)) return 'it was made for another request than what was asked'
  if (summary.report.id !== own.id || summary.report.baseSha !== request.base.sha) return 'its report is of another job'
  const { outcome } = summary.outcome
  if (manifest.change === null && (outcome === 'published' || outcome === 'joined')) {
    return 'it says of itself that it is published'
  }
  return null
}

function identityOf({ actor, subject, trigger, task, base, agent, continues }: JobRequest): string {
  const { kind, commentId, threadId, writtenIn } = trigger
  return JSON.stringify([
    ...[actor.id, subject?.kind, subject?.number, kind, commentId, threadId ?? null, writtenIn ?? null],
    ...[task.digest, base.ref, agent, continues?.pullRequest ?? null, continues?.branch ?? null],
  ])
}
