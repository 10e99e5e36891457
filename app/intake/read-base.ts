import type { Reason, TriggerEvent } from '../../worker/contract/index.ts'
import type { BranchHead, RepositoryFacts } from './ports.ts'

export type Base =
  | {
      readonly ok: true
      readonly base: { readonly ref: string; readonly sha: string }
      /** Where instructions for agents are taken from, whatever the base is: the default branch's head. */
      readonly instructionsSha: string
    }
  | { readonly ok: false; readonly reason: Reason; readonly detail?: string }

/**
 * Where the work starts: an issue's on the default branch, a pull request's on its own head. A fork's head is refused,
 * whoever asks: its code would run in setup beside this repository's secrets.
 */
export async function readBase(
  event: TriggerEvent,
  facts: Pick<RepositoryFacts, 'now' | 'pullRequest'>,
  defaultHead: BranchHead,
): Promise<Base> {
  if (defaultHead.kind === 'empty') return { ok: false, reason: 'repository-empty' }
  const { defaultBranch } = facts.now
  if (defaultHead.kind === 'missing') {
    return { ok: false, reason: 'base-missing', detail: `there is no branch ${defaultBranch}` }
  }
  const { sha } = defaultHead
  if (event.subject.kind === 'issue') return { ok: true, base: { ref: defaultBranch, sha }, instructionsSha: sha }
  const head = await facts.pullRequest(event.subject.number)
  if (head === null) return { ok: false, reason: 'base-missing', detail: 'the pull request is gone' }
  if (head.repositoryId !== event.repository.id) return { ok: false, reason: 'fork-head' }
  return { ok: true, base: { ref: head.ref, sha: head.sha }, instructionsSha: sha }
}
