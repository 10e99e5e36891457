import { brokeredSecrets, type Outcome, type SetupPlan } from '../../contract/index.ts'
import { end, type Job, type StepResult } from '../job.ts'
import type { BrokerSession, Sandbox } from '../ports/index.ts'
import { destroyWithProof, noteTraffic, openBroker, runInSandbox } from '../sandboxed.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'

/** Runs the planned commands in sandbox 1, which ends with everything in it, also when a command fails. */
export async function setup(job: Job, prepared: Prepared, cloned: Cloned): Promise<StepResult<null>> {
  const { keys, snapshot, plan } = cloned
  if (keys === null || snapshot !== null) return { value: null }
  const { policy } = job.request
  const brokered = brokeredSecrets(policy.setup.network ?? [])
  for (const name of brokered) job.audit.append('secret', { name, use: 'added to requests by the broker' })
  await using broker = await openBroker(job, prepared.engine, {
    phase: 'setup',
    egress: plan.network,
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
  const outcome = await runLines(job, prepared, plan, sandbox, broker)
  await destroyWithProof(job, sandbox, 'setup')
  noteTraffic(job, 'setup', broker)
  return outcome === null ? { value: null } : { end: outcome }
}

async function runLines(
  job: Job,
  prepared: Prepared,
  { commands, env: planned, source }: SetupPlan,
  sandbox: Sandbox,
  broker: BrokerSession,
): Promise<Outcome | null> {
  const inside = only(prepared.secrets, job.request.policy.setup.secrets)
  const env = { ...planned, ...broker.env, ...Object.fromEntries(inside) }
  for (const name of inside.keys()) job.audit.append('secret', { name, use: 'setup environment' })
  for (const { line, from } of commands) {
    const ended = await runInSandbox(job, sandbox, 'setup', { argv: ['/bin/sh', '-c', line], env })
    if (ended.outcome !== null) return ended.outcome
    if (ended.exitCode !== 0) {
      const remedy = source === 'policy' ? '' : `, as ${from} asks; setup: { run: [] } in the policy runs nothing`
      return end('failed', 'setup-failed', `\`${line}\` ended with ${ended.exitCode ?? 'a signal'}${remedy}`).end
    }
  }
  return null
}

function only(secrets: ReadonlyMap<string, string>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...secrets].filter(([name]) => names.includes(name)))
}
