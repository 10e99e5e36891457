import { brokeredSecrets, type Outcome } from '../../contract/index.ts'
import { end, type Job, type StepResult } from '../job.ts'
import type { BrokerSession, Sandbox } from '../ports/index.ts'
import { destroyWithProof, noteTraffic, openBroker, runInSandbox } from '../sandboxed.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'

/** Runs the policy's commands in sandbox 1, which ends with everything in it, also when a command fails. */
export async function setup(job: Job, prepared: Prepared, cloned: Cloned): Promise<StepResult<null>> {
  if (cloned.snapshotKey === null || cloned.snapshot !== null) return { value: null }
  const { policy } = job.request
  const brokered = brokeredSecrets(policy.setup.network)
  for (const name of brokered) job.audit.append('secret', { name, use: 'added to requests by the broker' })
  await using broker = await openBroker(job, prepared.engine, {
    phase: 'setup',
    egress: policy.setup.network,
    secrets: only(prepared.secrets, brokered),
    model: null,
  })
  await using sandbox = await prepared.engine.create({
    jobId: job.request.id,
    attempt: job.attempt.number,
    phase: 'setup',
    image: policy.image,
    ...job.folders.setup,
    tools: broker.tools,
    brokerSocket: job.folders.brokerSocket,
    limits: policy.limits,
  })
  const outcome = await runLines(job, prepared, sandbox, broker)
  await destroyWithProof(job, sandbox, 'setup')
  noteTraffic(job, 'setup', broker)
  return outcome === null ? { value: null } : { end: outcome }
}

async function runLines(
  job: Job,
  prepared: Prepared,
  sandbox: Sandbox,
  broker: BrokerSession,
): Promise<Outcome | null> {
  const inside = only(prepared.secrets, job.request.policy.setup.secrets)
  const env = { ...broker.env, ...Object.fromEntries(inside) }
  for (const name of inside.keys()) job.audit.append('secret', { name, use: 'setup environment' })
  for (const line of job.request.policy.setup.run) {
    const ended = await runInSandbox(job, sandbox, 'setup', { argv: ['/bin/sh', '-c', line], env })
    if (ended.outcome !== null) return ended.outcome
    if (ended.exitCode !== 0)
      return end('failed', 'setup-failed', `\`${line}\` ended with ${ended.exitCode ?? 'a signal'}`).end
  }
  return null
}

function only(secrets: ReadonlyMap<string, string>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...secrets].filter(([name]) => names.includes(name)))
}
