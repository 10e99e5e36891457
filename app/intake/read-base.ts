import { type Continued, isOwnPullRequest, type JobRequest, type Reason } from '../../worker/contract/index.ts'
import { type Asked, isDirect } from '../triggers/direct-ask.ts'
import type { BranchHead, OpenRepository, PullRequestNow, RepositoryFacts } from './ports.ts'

export type Base =
  | {
      readonly ok: true
      readonly base: { readonly ref: string; readonly sha: string }
      /** Where instructions for agents are taken from, whatever the base is: the default branch's head. */
      readonly instructionsSha: string
      /** Set where the base is a fork's head. */
      readonly fork?: JobRequest['fork']
      /** Set where the work goes on in a pull request of ours. */
      readonly continues?: Continued
    }
  | { readonly ok: false; readonly reason: Reason; readonly detail?: string }

export interface BaseDeps {
  readonly facts: Pick<RepositoryFacts, 'now' | 'headOf' | 'pullRequest' | 'commitsOf' | 'isProtected'>
  readonly botLogin: OpenRepository['botLogin']
}

/**
 * Where the work starts: an issue's on the default branch, a pull request's on its own head. A fork's is marked as one,
 * whatever its branch is called: no secret is to meet it. Where the pull request is ours and open,
 * the work also goes on in its branch; one of ours that is closed is refused, for nobody would see what is added.
 */
export async function readBase(event: Asked, deps: BaseDeps, defaultHead: BranchHead): Promise<Base> {
  if (defaultHead.kind === 'empty') return { ok: false, reason: 'repository-empty' }
  const { facts } = deps
  const { defaultBranch } = facts.now
  if (defaultHead.kind === 'missing') {
    return { ok: false, reason: 'base-missing', detail: `there is no branch ${defaultBranch}` }
  }
  const { sha } = defaultHead
  if (event.subject?.kind !== 'pull-request') {
    const { baseRef = defaultBranch } = isDirect(event) ? event : {}
    return branchBase(facts, baseRef, { ref: defaultBranch, sha })
  }
  const { number } = event.subject
  const pull = await facts.pullRequest(number)
  if (pull === null) return { ok: false, reason: 'base-missing', detail: 'the pull request is gone' }
  if (pull.repositoryId !== event.repository.id) return forkBase(number, pull, sha)
  const started = { ok: true, base: { ref: pull.ref, sha: pull.sha }, instructionsSha: sha } as const

  const ground = { repositoryId: event.repository.id, defaultBranch, botLogin: await deps.botLogin() }
  if (!isOwnPullRequest(pull, ground)) return started
  if (!pull.open) return { ok: false, reason: 'pull-request-closed' }
  return { ...started, ...(await continued(facts, number, pull)) }
}

/** By the ref that GitHub keeps of it in this repository: a fork's branch can have the name of any of ours. */
function forkBase(pullRequest: number, { sha, repositoryId }: PullRequestNow, instructionsSha: string): Base {
  if (repositoryId === null) return { ok: false, reason: 'fork-head' }
  const base = { ref: `refs/pull/${pullRequest}/head`, sha }
  return { ok: true, base, instructionsSha, fork: { pullRequest, repositoryId } }
}

/** A branch that was named, or the default one. Instructions for agents come from the default branch in any case. */
async function branchBase(
  facts: BaseDeps['facts'],
  ref: string,
  byDefault: { readonly ref: string; readonly sha: string },
): Promise<Base> {
  if (ref === byDefault.ref) return { ok: true, base: byDefault, instructionsSha: byDefault.sha }
  const head = await facts.headOf(ref)
  if (head.kind !== 'commit') return { ok: false, reason: 'base-missing', detail: `there is no branch ${ref}` }
  return { ok: true, base: { ref, sha: head.sha }, instructionsSha: byDefault.sha }
}

/** A protected branch is never written to, whoever made it: the work then goes against it, as with a person's. */
async function continued(
  facts: BaseDeps['facts'],
  pullRequest: number,
  { ref: branch }: PullRequestNow,
): Promise<{ readonly continues?: Continued }> {
  const [isProtected, commits] = await Promise.all([facts.isProtected(branch), facts.commitsOf(pullRequest)])
  return isProtected ? {} : { continues: { pullRequest, branch, commits: [...commits] } }
}
