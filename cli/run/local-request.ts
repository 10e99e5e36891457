import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import { type PolicyProblem, parsePolicy } from '../../app/repo-policy/parse-policy.ts'
import { policyDigest } from '../../app/repo-policy/policy-digest.ts'
import { resolvePolicy } from '../../app/repo-policy/resolve-policy.ts'
import {
  type AgentName,
  type Isolation,
  isolationClasses,
  type JobRequest,
  type Policy,
} from '../../worker/contract/index.ts'

export interface LocalAsk {
  /** Absolute path of the repository, bare or not. */
  readonly repository: string
  readonly base: { readonly ref: string; readonly sha: string }
  readonly task: string
  /** The policy's text and how to call it; null: there is none. */
  readonly policy: { readonly text: string; readonly name: string } | null
  readonly agent: AgentName | null
  readonly command: readonly string[] | null
  /** The least; a stricter one in the policy stands. */
  readonly isolation: Isolation | null
  readonly now: number
}

export type LocalRequest =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** The request of `airlock run`: the same as from GitHub, but that nobody asked and nobody is answered there. */
export function createLocalRequest(ask: LocalAsk): LocalRequest {
  const resolved = policyOf(ask)
  if (!resolved.ok) return resolved
  const policy = withOverrides(resolved.policy, ask)
  return {
    ok: true,
    request: {
      version: 1,
      id: randomBytes(12).toString('hex'),
      installationId: null,
      repository: {
        id: Number.parseInt(sha256(ask.repository).slice(0, 12), 16),
        owner: 'local',
        name: basename(ask.repository)
          .replace(/[^A-Za-z0-9._-]/g, '-')
          .replace(/^\.+$/, 'repository')
          .slice(0, 100),
        private: true,
        defaultBranch: ask.base.ref,
      },
      actor: { id: 0, login: 'local' },
      subject: null,
      trigger: {
        kind: 'local',
        deliveryId: 'local',
        eventKey: 'local',
        commentId: null,
        receivedAt: new Date(ask.now).toISOString(),
      },
      task: { text: ask.task, digest: sha256(ask.task) },
      base: ask.base,
      policy,
      policyDigest: policyDigest(policy),
      agent: policy.agent,
    },
  }
}

function policyOf(ask: LocalAsk) {
  if (ask.policy === null) return { ok: true as const, policy: defaultPolicy }
  const parsed = parsePolicy(ask.policy.text, ask.policy.name)
  if (!parsed.ok) return parsed
  return resolvePolicy({ operator: null, organisation: null, repository: parsed.policy })
}

/** What the command line says of the agent holds; of isolation, whichever is stricter. */
function withOverrides(policy: Policy, ask: LocalAsk): Policy {
  const rank = (isolation: Isolation) => isolationClasses.indexOf(isolation)
  const isolation =
    ask.isolation !== null && rank(ask.isolation) > rank(policy.isolation) ? ask.isolation : policy.isolation
  if (ask.command !== null) return { ...policy, isolation, agent: 'command', command: [...ask.command] }
  return { ...policy, isolation, agent: ask.agent ?? policy.agent }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
