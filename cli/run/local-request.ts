import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { PolicyText } from '../../app/repo-policy/evaluate-policy.ts'
import { explainLevels, originsOf } from '../../app/repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { type ParsedPolicy, type PolicyProblem, parsePolicy } from '../../app/repo-policy/parse-policy.ts'
import { policyDigest } from '../../app/repo-policy/policy-digest.ts'
import type { RepositoryTraits } from '../../app/repo-policy/rules/fits-condition.ts'
import type { AgentName, Isolation, JobRequest } from '../../worker/contract/index.ts'

export interface LocalAsk {
  /** Absolute path of the repository, bare or not. */
  readonly repository: string
  readonly base: { readonly ref: string; readonly sha: string }
  /** What stands for a default branch: setups of other commits are not kept for later runs. */
  readonly defaultBranch: string
  readonly task: string
  readonly operatorPolicy: OperatorPolicy
  /** What the base commit's devcontainer.json names. */
  readonly devcontainerImage?: string | undefined
  /** The policy as it was found, and how to call it. */
  readonly policy: { readonly name: string; readonly written: PolicyText }
  readonly agent: AgentName | null
  readonly command: readonly string[] | null
  /** The least; a stricter one in the policy stands. */
  readonly isolation: Isolation | null
  readonly now: number
}

/** Stands where a repository's owner is on GitHub. */
const localOwner = 'local'

export type LocalRequest =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** The request of `airlock run`: the same as from GitHub, but that nobody asked and nobody is answered there. */
export function createLocalRequest(ask: LocalAsk): LocalRequest {
  const resolved = policyOf(ask)
  if (!resolved.ok) return resolved
  const { policy } = resolved
  return {
    ok: true,
    request: {
      version: 1,
      id: randomBytes(12).toString('hex'),
      installationId: null,
      repository: {
        id: Number.parseInt(sha256(ask.repository).slice(0, 12), 16),
        owner: localOwner,
        name: nameOf(ask.repository),
        private: true,
        defaultBranch: ask.defaultBranch,
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
      task: { text: ask.task, digest: sha256(ask.task), askedLength: ask.task.length },
      base: ask.base,
      policy,
      policyDigest: policyDigest(policy),
      policyOrigins: originsOf(resolved),
      agent: policy.agent,
    },
  }
}

function policyOf(ask: LocalAsk) {
  const traits = localTraits(ask.repository, ask.devcontainerImage)
  const parsed = parseLevel(ask.policy)
  return parsed.ok ? explainLevels(ask.operatorPolicy, [null, withOverrides(parsed.policy, ask)], traits) : parsed
}

function parseLevel({ name, written }: LocalAsk['policy']): ReturnType<typeof parsePolicy> {
  if (written.kind === 'unreadable') {
    return { ok: false, problems: [{ file: name, path: '', line: null, message: written.why }] }
  }
  return parsePolicy(written.kind === 'text' ? written.text : '', name)
}

/** Whose copy a folder is cannot be told: every rule of the operator's may be meant for it. */
export function localTraits(repository: string, devcontainerImage: string | undefined): RepositoryTraits {
  const fullName = `${localOwner}/${nameOf(repository)}`
  const image = devcontainerImage === undefined ? {} : { devcontainerImage }
  return { fullName, nameIsProven: false, visibility: null, topics: null, properties: null, ...image }
}

function nameOf(repository: string): string {
  return basename(repository)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\.+$/, 'repository')
    .slice(0, 100)
}

/** What the command line says stands below the file: of the agent it holds, of isolation whichever is stricter. */
function withOverrides(level: ParsedPolicy, { command, agent, isolation }: LocalAsk): ParsedPolicy {
  const chosen = command === null ? agent && { agent } : { agent: 'command' as const, command: [...command] }
  const file = { ...(isolation && { isolation }), ...chosen }
  if (Object.keys(file).length === 0) return level
  return { ...level, fitted: [{ name: 'the command line', file, lineOf: () => null }] }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
