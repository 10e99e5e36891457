import { join } from 'node:path'
import { type Outcome, quotasOf, type Usage } from '../contract/index.ts'
import { end, type Job, type StepResult } from './job.ts'
import { endOverQuota } from './over-quota.ts'
import type { Elsewhere, RanElsewhere } from './ports/index.ts'
import { publishChange } from './publish-worked.ts'
import { loadSecrets } from './steps/prepare.ts'
import { restore } from './steps/publish.ts'
import { timed } from './timed.ts'

/**
 * A job whose policy has it worked on elsewhere: sent there, waited for, and published from here. Who may and what holds
 * is asked before it is sent; all that comes back is built anew, and the gates are asked again, as with any stranger's.
 */
export async function runElsewhere(job: Job): Promise<StepResult<Outcome>> {
  const { elsewhere } = job.ports
  // A stranger's code is kept away from machines that hold the repository's secrets, sandbox or not.
  if (job.request.fork !== undefined) return end('refused', 'fork-head')
  const unfit = elsewhere === null ? 'this worker sends no job elsewhere' : whyNotSent(job)
  if (elsewhere === null || unfit !== null) return end('refused', 'runner-unavailable', unfit ?? '')
  const refused = await timed(job, 'prepare', () => refusal(job))
  if (refused !== null) return refused
  const ran = await timed(job, 'agent', () => send(job, elsewhere))
  switch (ran.kind) {
    case 'refused':
      return end('refused', ran.reason, ran.why)
    case 'lost':
      return end('failed', 'runner-lost', ran.why)
    case 'ended':
      await spend(job, ran.summary.report.usage)
      restore(job.facts, ran.summary)
      return { end: ran.summary.outcome }
    case 'changed':
      await spend(job, ran.change.summary.report.usage)
      return publishChange(job, ran.change)
  }
}

/** A conflict is laid out in a workspace that is not handed over. */
function whyNotSent({ request }: Job): string | null {
  return request.merges === undefined ? null : 'the two sides do not fit together, and only a worker puts them together'
}

/** What would refuse the change afterwards is found before an agent is paid for. */
async function refusal(job: Job): Promise<{ readonly end: Outcome } | null> {
  const secrets = await loadSecrets(job)
  if ('why' in secrets) return end('refused', 'secret-missing', secrets.why)
  const refused = await job.ports.authority.recheck(job.request, job.attempt.signal)
  if (refused !== null) return { end: refused }
  const spent = await job.ports.spending.add(quotasOf(job.request))
  return spent === null ? null : endOverQuota(spent)
}

async function spend({ ports, request }: Job, { costUsd: usd, inputTokens, outputTokens }: Usage): Promise<void> {
  await ports.spending.add(quotasOf(request), { usd, tokens: inputTokens + outputTokens })
}

function send(job: Job, elsewhere: Elsewhere): Promise<RanElsewhere> {
  const { request, attempt, folders, facts } = job
  return elsewhere.run(request, {
    folder: join(folders.root, 'handover'),
    fence: attempt.fence,
    signal: attempt.signal,
    onPlace(text) {
      facts.activity = text
      job.announce()
    },
  })
}
