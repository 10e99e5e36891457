import { brokeredSecrets, type Policy, type Posture, quotasOf, sealPosture } from '../../contract/index.ts'
import { minimumSecretBytes, tooShortSecrets } from '../../seal/secret-forms.ts'
import { type Choice, chooseEngine } from '../choose-engine.ts'
import { end, type Job, type StepResult } from '../job.ts'
import { endOverQuota } from '../over-quota.ts'
import type { AgentAdapter, SandboxEngine } from '../ports/index.ts'
import type { WarmStart } from '../warm-start.ts'

export interface Prepared {
  readonly engine: SandboxEngine
  readonly agent: { readonly adapter: AgentAdapter; readonly toolPath: string | null }
  /** Setup secrets by name, also those that only its broker gets; they go no further than setup, seal and the gates' search. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Reads again what may have changed since the trigger, and refuses early what this worker cannot do. */
export async function prepare(job: Job, warm: WarmStart): Promise<StepResult<Prepared>> {
  const { agent } = job.request
  const secrets = await loadSecrets(job)
  const rechecked = job.ports.authority.recheck(job.request, job.attempt.signal)
  const chosen = chooseAndWarm(job, warm, 'values' in secrets ? secrets.values : null)
  // Both are waited for, whatever becomes of either: a recheck that goes on alone would have a live token.
  await Promise.allSettled([rechecked, chosen])
  const refused = await rechecked
  if (refused !== null) return { end: refused }
  const spent = await job.ports.spending.add(quotasOf(job.request))
  if (spent !== null) return endOverQuota(spent)

  const noKey = await missingModelKey(job)
  if (noKey !== null) return end('refused', 'model-unavailable', noKey)

  const choice = await chosen
  if ('why' in choice) return end('refused', 'isolation-unavailable', choice.why)
  const { engine } = choice
  noteChoice(job, choice)

  const loaded = await job.ports.agents.load(agent)
  if ('why' in secrets) return end('refused', 'secret-missing', secrets.why)
  job.redactor.learn(secrets.values)
  return { value: { engine, agent: loaded, secrets: secrets.values } }
}

type Secrets = { readonly values: ReadonlyMap<string, string> } | { readonly why: string }

/** The setup secrets that the policy names, or why they cannot be had. */
export async function loadSecrets({ ports, request: { repository, policy, fork } }: Job): Promise<Secrets> {
  // Its request names none. A worker does not rely on that.
  if (fork !== undefined) return { values: new Map() }
  const names = new Set([...policy.setup.secrets, ...brokeredSecrets(policy.setup.network ?? [])])
  const { values, missing } = await ports.secrets.load(repository, [...names])
  if (missing.length > 0) return { why: `the operator holds no secret named ${missing.join(', ')}` }
  const [tooShort] = tooShortSecrets(values)
  if (tooShort === undefined) return { values }
  const why = `${tooShort} has fewer than ${minimumSecretBytes} bytes: what setup leaves could not be searched for it`
  return { why }
}

/** Told before anything is fetched, installed or run for an agent that could not ask its model. */
async function missingModelKey({ ports, request: { agent, policy, repository } }: Job): Promise<string | null> {
  const provider = ports.agents.providerOf(agent, policy.model)
  if (provider === null) return null
  const toSet = await ports.brokers.missingKey(provider, repository)
  return toSet && `there is no key for ${provider}, which ${agent} asks: ${toSet}`
}

/** Chooses where the job will run, gives it its folders, and begins with what is there already. */
async function chooseAndWarm(
  job: Job,
  warm: WarmStart,
  secrets: ReadonlyMap<string, string> | null,
): ReturnType<typeof chooseEngine> {
  const choice = await chooseEngine(job.ports, job.request.policy, job.ports.now())
  if ('why' in choice) return choice
  await job.ports.folders.give(job.folders, choice.engine.fileOwner(job.request.id))
  if (secrets !== null) warm.begin(choice, secrets)
  return choice
}

/** What runs, and on whose word if it is weaker than what was asked for: for the record and the pull request. */
function noteChoice(job: Job, { posture: enforced, weaker }: Choice): void {
  const { policy } = job.request
  const posture = postureOfRun(enforced, policy)
  job.facts.posture = posture
  job.facts.acceptedWeaker = weaker
  job.audit.append('posture', { posture, asked: policy.isolation, ...(weaker === undefined ? {} : { weaker }) })
}

/** What the engine enforces, with what this job's policy opens: the agent's network, secrets in the setup sandbox. */
function postureOfRun({ digest: _, ...enforced }: Posture, policy: Policy): Posture {
  return sealPosture({
    ...enforced,
    network: networkOf(policy) ?? enforced.network,
    credentials: credentialsOf(policy) ?? enforced.credentials,
  })
}

function credentialsOf({ setup }: Policy): 'in-sandbox' | 'brokered' | null {
  if (setup.secrets.length > 0) return 'in-sandbox'
  return brokeredSecrets(setup.network ?? []).length > 0 ? 'brokered' : null
}

function networkOf({ network }: Policy): 'allowlist' | 'public' | null {
  if (network.length === 0) return null
  return network.includes('*') ? 'public' : 'allowlist'
}
