import { randomUUID } from 'node:crypto'
import type { BaseLogger } from 'pino'
import { digestOf, type KnownJob, type Outcome } from '../../worker/contract/index.ts'
import { createQuietly } from '../intake/create-answers.ts'
import { keepPolicyIssues, type PolicyIssueDeps } from '../intake/keep-policy-issues.ts'
import type { Jobs } from '../intake/ports.ts'
import { prepareRequest } from '../intake/prepare-request.ts'
import { readOverlaps } from '../intake/read-overlaps.ts'
import { reasonTexts } from '../replies/reason-texts.ts'
import type { DirectAsk } from '../triggers/direct-ask.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { admitIn } from './admit-in.ts'
import { ApiRefusal, notFound } from './api-refusal.ts'
import type { Caller, KnownJobs, ReadRepositories, ReadRepository } from './ports.ts'
import type { AskBody } from './schemas.ts'

export interface AskDeps extends PolicyIssueDeps {
  readonly repositories: ReadRepositories
  readonly jobs: Jobs
  readonly known: KnownJobs
  readonly log: Pick<BaseLogger, 'warn'>
  readonly now: () => number
}

export interface ApiAsk {
  readonly caller: Caller
  readonly body: AskBody
  /** The caller's own name for the request; null: it is another one each time. */
  readonly key: string | null
}

/**
 * Makes a job of a request, or says why not: ApiRefusal. The job is written down before this resolves. The same key of
 * the same caller is the same job, because the job's id follows from both.
 */
export async function askForJob(deps: AskDeps, { caller, body, key }: ApiAsk, signal: AbortSignal): Promise<KnownJob> {
  const eventKey = `api:${caller.id}:${key === null ? randomUUID() : digestOf(key)}`
  const jobId = jobIdFor(eventKey)
  const bodyDigest = digestOf(body)
  if (key !== null) {
    const before = await deps.known.bodyOf(jobId)
    refuseOther(before, bodyDigest)
    const job = before === null ? null : await deps.known.find(jobId)
    if (job !== null) return job
  }
  const [owner = '', name = ''] = body.repository.split('/')
  // By what the caller brought, before we look with a right of our own: what they can't see is not there.
  const repositoryId = await caller.sees({ owner, name })
  if (repositoryId === null) throw notFound()
  // The same key twice at once is two requests: neither may take the other's token for one that was left behind.
  const tokenOwner = `${eventKey}:${randomUUID()}`
  await using repository = await deps.repositories.open({ owner, name }, tokenOwner, signal)
  if (repository?.repository.id !== repositoryId) throw notFound()
  const request = await requestFor(deps, repository, caller, body, eventKey)
  refuseOther(await deps.known.claim(jobId, bodyDigest), bodyDigest)
  await deps.jobs.enqueue(request)
  const job = await deps.known.find(jobId)
  if (job === null) throw new TypeError(`the job ${jobId} was written down and is not there`)
  return job
}

async function requestFor(deps: AskDeps, open: ReadRepository, caller: Caller, body: AskBody, eventKey: string) {
  const { facts, botLogin, installationId, repository } = open
  const { operatorPolicy } = deps
  const admission = await admitIn(open, operatorPolicy, caller)
  if (!admission.allowed) {
    const { live } = admission
    if (live === null || live.userId !== caller.id || live.permission === 'none') throw notFound()
    throw new ApiRefusal('forbidden', sayOf(admission), { reason: admission.reason })
  }

  const subject = await subjectOf(open, body)
  const ask: DirectAsk = {
    ...{ kind: 'api', eventKey, deliveryId: eventKey, installationId, repository, subject },
    sender: admission.asker.sender,
    ...(body.base === undefined ? {} : { baseRef: body.base }),
    receivedAt: new Date(deps.now()).toISOString(),
  }
  const overlaps = body.anyway === true ? [] : await readOverlaps(ask, { facts, botLogin })
  if (overlaps.length > 0) {
    const numbers = overlaps.map(({ number }) => `#${number}`).join(', ')
    const message = `Open already for this issue: ${numbers}. With "anyway": true a job starts all the same.`
    throw new ApiRefusal('open-already', message, {
      open: overlaps.map(({ number, title, isOurs }) => ({ number, title, isOurs })),
    })
  }
  const quietly = createQuietly({ log: deps.log, deliveryId: eventKey, jobId: jobIdFor(eventKey) })
  if (!facts.now.archived) {
    await quietly('policy issue', () => keepPolicyIssues(deps, open, open, admission.asker.sources))
  }
  const preparing = { facts, botLogin, operatorPolicy, quietly }
  const { task, agent = null, model } = body
  const wish = { task, agent, ...(model === undefined ? {} : { model }) }
  const prepared = await prepareRequest(preparing, ask, wish, admission.asker)
  if (!prepared.ok) throw new ApiRefusal('refused', sayOf(prepared), { reason: prepared.reason })
  return prepared.request
}

async function subjectOf(open: ReadRepository, { issue, pullRequest }: AskBody): Promise<DirectAsk['subject']> {
  const number = issue ?? pullRequest
  if (number === undefined) return null
  const subject = await open.subject(issue === undefined ? 'pull-request' : 'issue', number)
  if (subject !== null) return subject
  const what = issue === undefined ? 'pull request' : 'issue'
  throw new ApiRefusal('bad-request', `There is no ${what} #${number} in this repository.`)
}

/** Somebody who sends other words under the same key would take the answer for theirs. */
function refuseOther(before: string | null, bodyDigest: string): void {
  if (before === null || before === bodyDigest) return
  throw new ApiRefusal('key-used', 'This Idempotency-Key was used for another request. Take a new one.')
}

function sayOf({ reason, detail }: Pick<Outcome, 'reason' | 'detail'>): string {
  const { what } = reasonTexts[reason]
  return detail === undefined ? what : `${what} (${detail})`
}
