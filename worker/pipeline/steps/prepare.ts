import { type Isolation, type Policy, type Posture, sealPosture } from '../../contract/index.ts'
import { minimumSecretBytes, tooShortSecrets } from '../../seal/secret-forms.ts'
import { chooseEngine } from '../choose-engine.ts'
import { end, type Job, type StepResult } from '../job.ts'
import { type AgentAdapter, type SandboxEngine, SandboxError } from '../ports/index.ts'

export interface Prepared {
  readonly engine: SandboxEngine
  readonly agent: { readonly adapter: AgentAdapter; readonly toolPath: string | null }
  /** Setup secrets by name; they go no further than setup, seal and the gates' search. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Reads again what may have changed since the trigger, and refuses early what this worker cannot do. */
export async function prepare(job: Job): Promise<StepResult<Prepared>> {
  const refused = await job.ports.authority.recheck(job.request, job.attempt.signal)
  if (refused !== null) return { end: refused }

  const { policy, agent, repository } = job.request
  const engine = chooseEngine(job.ports.engines, policy.isolation)
  if (engine === null) return end('refused', 'isolation-unavailable', missingIsolation(job, policy.isolation))
  const enforced = await postureOf(engine)
  if (typeof enforced === 'string') return end('refused', 'isolation-unavailable', enforced)
  const posture = postureOfRun(enforced, policy)
  job.facts.posture = posture
  job.audit.append('posture', { posture })

  const loaded = await job.ports.agents.load(agent)
  if (loaded === null) return end('refused', 'agent-unavailable', `this worker has no agent named ${agent}`)

  const secrets = await job.ports.secrets.load(repository, policy.setup.secrets)
  if (secrets.missing.length > 0) {
    return end('refused', 'secret-missing', `the operator holds no secret named ${secrets.missing.join(', ')}`)
  }
  const [tooShort] = tooShortSecrets(secrets.values)
  if (tooShort !== undefined) {
    const why = `${tooShort} has fewer than ${minimumSecretBytes} bytes: what setup leaves could not be searched for it`
    return end('refused', 'secret-missing', why)
  }
  job.redactor.learn(secrets.values)
  return { value: { engine, agent: loaded, secrets: secrets.values } }
}

/** What the engine enforces, with what this job's policy opens: the agent's network, secrets in the setup sandbox. */
function postureOfRun({ digest: _, ...enforced }: Posture, policy: Policy): Posture {
  return sealPosture({
    ...enforced,
    network: networkOf(policy) ?? enforced.network,
    credentials: policy.setup.secrets.length === 0 ? enforced.credentials : 'in-sandbox',
  })
}

function missingIsolation(job: Job, least: Isolation): string {
  const present = job.ports.engines.map((engine) => engine.isolation).join(', ')
  return `the policy asks for at least ${least}; this worker has ${present || 'none'}`
}

function networkOf({ network }: Policy): 'allowlist' | 'public' | null {
  if (network.length === 0) return null
  return network.includes('*') ? 'public' : 'allowlist'
}

async function postureOf(engine: SandboxEngine) {
  try {
    return await engine.posture()
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'unavailable') return error.message
    throw error
  }
}
