import type { KnownJob } from '../../worker/contract/index.ts'
import { reasonTexts } from '../replies/reason-texts.ts'
import type { JobAnswer } from './schemas.ts'

/** A job as the API tells of it. `webUrl` is what addresses of GitHub's pages begin with. */
export function jobAnswer(job: KnownJob, webUrl: string): JobAnswer {
  const { id, repository, subject, actor, agent, askedAt, standing, cancelled, result } = job
  const fullName = `${repository.owner}/${repository.name}`
  const outcome = result?.outcome ?? null
  const asked = subject === null ? null : `${webUrl}/${fullName}/${pathOf(subject.kind)}/${subject.number}`
  const heldOn = result?.heldOn ?? null
  const decision = heldOn === null ? asked : `${webUrl}/${fullName}/${pathOf('issue')}/${heldOn}`
  return {
    ...{ id, agent, askedAt, repository: fullName, askedBy: actor.login },
    state: standing.kind,
    place: standing.kind === 'waiting' ? standing.place : null,
    waitsFor: standing.kind === 'waiting' ? (standing.quota?.quota ?? null) : null,
    step: standing.kind === 'running' ? (standing.noted?.step ?? null) : null,
    attempt: standing.kind === 'running' ? standing.attempt : null,
    cancelling: cancelled && standing.kind !== 'ended',
    outcome: outcome?.outcome ?? null,
    reason: outcome?.reason ?? null,
    detail: outcome?.detail ?? null,
    message: outcome === null ? null : `${reasonTexts[outcome.reason].what} ${reasonTexts[outcome.reason].next}`,
    issue: subject?.kind === 'issue' ? subject.number : null,
    pullRequest: subject?.kind === 'pull-request' ? subject.number : null,
    branch: result?.branch ?? null,
    commit: result?.commit ?? null,
    links: {
      self: `/api/jobs/${id}`,
      subject: asked,
      pullRequest: result?.pullRequestUrl ?? null,
      decision: outcome?.outcome === 'held' ? decision : null,
    },
    usage: result?.usage ?? null,
  }
}

function pathOf(kind: NonNullable<KnownJob['subject']>['kind']): string {
  return kind === 'issue' ? 'issues' : 'pull'
}
