import { z } from 'zod'
import { createGitHubClient, type GitHubClient } from '../../app/github/github-client.ts'
import { readPolicyFile } from '../../app/github/read-policy-file.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import {
  organisationPolicyPath,
  organisationRepositories,
  type PolicyText,
} from '../../app/repo-policy/evaluate-policy.ts'
import { createTokenClient } from '../../worker/github/github-client.ts'
import type { RunnerToken } from './runner-tokens.ts'

export interface RunnerOrganisation {
  /** With the run's own token, which sees this repository and what is public. */
  readonly client: GitHubClient
  /** With a token that the workflow was handed for this; null: it was handed none. */
  readonly policyClient: GitHubClient | null
  readonly owner: string
  readonly repo: string
  /** The workflow says that the organisation has no policy. One that is found counts all the same. */
  readonly statedNone: boolean
}

/** What the workflow says of the owner's policy. */
export interface OrganisationInputs {
  readonly policyToken: string | null
  readonly statedNone: boolean
}

export interface OrganisationRead {
  readonly text: PolicyText
  /** Which policy counted, for whoever reads of the run; null: its owner is a person, and has none. */
  readonly note: string | null
}

export function organisationOf(
  { baseUrl, token, owner, repo }: RunnerToken,
  { policyToken, statedNone }: OrganisationInputs,
  signal: AbortSignal,
): RunnerOrganisation {
  const clientOf = (value: string) => createGitHubClient(createTokenClient(baseUrl, value, signal), signal)
  const policyClient = policyToken === null ? null : clientOf(policyToken)
  return { client: clientOf(token), policyClient, owner, repo, statedNone }
}

const remedy =
  'give the workflow a secret policy-token that reads it, or its input organisation-policy: none if there is no such policy'

/**
 * The policy of a repository's owner. To a run's own token a private repository looks like none: where it cannot be
 * known whether there is a policy, nothing is started, unless whoever wrote the workflow says that there is none.
 */
export async function readRunnerOrganisation(deps: RunnerOrganisation): Promise<OrganisationRead> {
  const { client, policyClient, owner, statedNone } = deps
  const asked = policyClient ?? client
  const by = policyClient === null ? "the run's own token" : 'policy-token'
  try {
    for (const repo of organisationRepositories) {
      const text = await readPolicyFile(asked, { owner, repo, path: organisationPolicyPath })
      if (text.kind !== 'none')
        return { text, note: `Policy of ${owner}: as ${owner}/${repo} has it, read with ${by}.` }
    }
  } catch (error) {
    if (error instanceof GitHubError && !error.retryable) return unreadable(`GitHub does not take ${by} there`)
    throw error
  }
  if (policyClient !== null) return readsAny(policyClient, owner)
  if (!(await isOrganisation(deps))) return { text: { kind: 'none' }, note: null }
  if (!statedNone)
    return unreadable(`it cannot be known whether there is one: ${by} reads none that is private. ${remedy}`)
  const note = `Policy of ${owner}: none could be read, and the workflow says that there is none.`
  return { text: { kind: 'none' }, note }
}

/** That there is no file is only known where the repository that it would be in is seen. */
async function readsAny(client: GitHubClient, owner: string): Promise<OrganisationRead> {
  for (const repo of organisationRepositories) {
    const found = await client.find('GET /repos/{owner}/{repo}', { owner, repo })
    if (found !== null) {
      return { text: { kind: 'none' }, note: `Policy of ${owner}: none, as policy-token reads ${owner}/${repo}.` }
    }
  }
  return unreadable(`policy-token reads neither ${organisationRepositories.join(' nor ')} of ${owner}`)
}

function unreadable(why: string): OrganisationRead {
  return { text: { kind: 'unreadable', why }, note: null }
}

const ownedSchema = z.object({ owner: z.object({ type: z.string() }) })

async function isOrganisation({ client, owner, repo }: RunnerOrganisation): Promise<boolean> {
  return ownedSchema.parse(await client.call('GET /repos/{owner}/{repo}', { owner, repo })).owner.type !== 'User'
}
