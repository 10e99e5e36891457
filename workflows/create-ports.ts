import type { BaseLogger } from 'pino'
import { createGitHubClient } from '../app/github/github-client.ts'
import { createRepositoryFacts } from '../app/github/repository-facts.ts'
import { readPolicyDigest } from '../app/intake/read-policy.ts'
import { aloneWording } from '../app/replies/wording.ts'
import type { OperatorPolicy } from '../app/repo-policy/operator/operator-policy.ts'
import { createCore } from '../cli/wiring/create-core.ts'
import type { DataFolders } from '../cli/wiring/data-folders.ts'
import { gitNetwork } from '../cli/wiring/git-network.ts'
import { headOr } from '../cli/wiring/policy-digest.ts'
import { prepareCertificates } from '../cli/wiring/prepare-certificates.ts'
import { createSource, defaultSourceLimits } from '../worker/git/create-source.ts'
import { type AuthorityDeps, createAuthority } from '../worker/github/authority.ts'
import { createPublisher } from '../worker/github/publish.ts'
import type { PipelinePorts } from '../worker/pipeline/job.ts'
import {
  type Authority,
  noRights,
  type Publisher,
  type Reporter,
  type SetupSecrets,
} from '../worker/pipeline/ports/index.ts'
import { organisationOf } from './github/runner-organisation.ts'
import { createRunnerOwner, outsideTeams } from './github/runner-owner.ts'
import { createRunnerTokens, runnerLogin } from './github/runner-tokens.ts'
import type { Inputs } from './inputs/read-inputs.ts'

export interface PortsDeps {
  readonly inputs: Inputs
  readonly folders: DataFolders
  readonly operatorPolicy: OperatorPolicy
  readonly reporter: Reporter
  readonly log: Pick<BaseLogger, 'info'>
}

const readMs = 60_000

/**
 * The pipeline of a job that the App sent. Policy and teams it has looked at itself, with rights that a run lacks; that the
 * person may still ask, and that the base is still there, is asked here too.
 */
export async function createSentPorts(deps: Omit<PortsDeps, 'operatorPolicy'>): Promise<PipelinePorts> {
  const authority = createAuthority({
    tokens: createRunnerTokens(runnerOf(deps.inputs)),
    policyDigest: async (_octokit, _at, request) => request.policyDigest,
    outsideTeams: async () => null,
    botLogin: async () => runnerLogin,
  })
  const ports = await createSharedPorts(deps, authority)
  return { ...ports, authority: withoutContinued(authority), publisher: publishesNothing }
}

/** The pipeline of the half that works: it reads one repository, and has nothing to publish with. */
export async function createWorkPorts(deps: PortsDeps): Promise<PipelinePorts> {
  const authority = createRunnerAuthority(deps)
  const ports = await createSharedPorts(deps, authority)
  return { ...ports, authority: withoutContinued(authority), publisher: publishesNothing }
}

/** The pipeline of the half that publishes. */
export async function createPublishPorts(deps: PortsDeps): Promise<PipelinePorts> {
  const tokens = createRunnerTokens(runnerOf(deps.inputs))
  return {
    ...(await createSharedPorts(deps, createRunnerAuthority(deps))),
    publisher: createPublisher({ tokens, log: deps.log }),
  }
}

export function runnerOf({ runner, token }: Inputs) {
  return { baseUrl: runner.apiUrl, token, owner: runner.owner, repo: runner.repo }
}

function createRunnerAuthority({ inputs, operatorPolicy }: PortsDeps): Authority {
  return withoutWorkers(
    createAuthority({
      tokens: createRunnerTokens(runnerOf(inputs)),
      policyDigest: policyDigestOf(inputs, operatorPolicy),
      outsideTeams,
      botLogin: async () => runnerLogin,
    }),
  )
}

async function createSharedPorts(
  { inputs, folders, reporter }: Omit<PortsDeps, 'operatorPolicy'>,
  authority: Authority,
) {
  const { runner, token, env } = inputs
  const certificates = await prepareCertificates(folders.root, env)
  const core = await createCore(inputs.settings, env, folders, { certificates, carriesSnapshots: true })
  const network = gitNetwork(env, certificates)
  const url = `${runner.serverUrl}/${runner.owner}/${runner.repo}.git`
  return {
    ...core,
    images: { ...core.images, toGet: (name: string) => `with: { image: ${name} } has the workflow make it` },
    authority,
    rights: noRights,
    source: createSource({
      dataDir: folders.root,
      git: 'git',
      cloneAccess: async () => ({ url, token, network, dispose: async () => {} }),
      limits: defaultSourceLimits,
    }),
    secrets: secretsOf(inputs),
    reporter,
    wording: aloneWording,
    // A run of a workflow is one attempt, and keeps nothing for another one.
    checkpoints: { load: async () => null, save: async () => {} },
    spending: { add: async () => null },
    held: null,
    blocked: null,
    sessions: null,
    ci: null,
    elsewhere: null,
  }
}

/** With the reader that froze the policy, so that both read the same. */
function policyDigestOf(inputs: Inputs, operator: OperatorPolicy): AuthorityDeps['policyDigest'] {
  return (octokit, { owner, repo: name, archived, defaultBranch }, request, headOfDefault) => {
    const signal = AbortSignal.timeout(readMs)
    const client = createGitHubClient(octokit, signal)
    const organisation = organisationOf(runnerOf(inputs), inputs.organisation, signal)
    const now = { owner, name, private: request.repository.private, archived, defaultBranch }
    const read = createRepositoryFacts(client, now, createRunnerOwner(organisation))
    const facts = { ...read, headOf: headOr(headOfDefault, read.headOf) }
    return readPolicyDigest(facts, operator, { logins: [request.actor.login], policyDigest: request.policyDigest })
  }
}

function secretsOf({ setupSecrets }: Inputs): SetupSecrets {
  return {
    async load(_repository, names) {
      const values = new Map(
        names.flatMap((name) => {
          const value = setupSecrets.get(name)
          return value === undefined ? [] : [[name, value] as const]
        }),
      )
      return { values, missing: names.filter((name) => !values.has(name)) }
    },
  }
}

/** To look at a pull request needs a right that this half does not have; the other one looks before it publishes. */
function withoutContinued(authority: Authority): Authority {
  return { recheck: ({ continues: _, ...request }, signal) => authority.recheck(request, signal) }
}

/** Where jobs run only on workers, a workflow that was not taken away starts none. */
function withoutWorkers(authority: Authority): Authority {
  return {
    async recheck(request, signal, onMoved) {
      if (request.policy.runsOn !== 'worker') return authority.recheck(request, signal, onMoved)
      return { outcome: 'refused', reason: 'runner-unavailable', detail: 'runs-on: worker, and this is a workflow' }
    },
  }
}

/** A bug, were it ever asked. */
const publishesNothing: Publisher = {
  stage: () => Promise.reject(new Error('this half of a job publishes nothing')),
  handOff: () => Promise.reject(new Error('this half of a job publishes nothing')),
}
