import type { JobRequest, TriggerEvent } from '../../worker/contract/index.ts'
import type { NotRebased } from '../replies/rebase-comment.ts'
import { noNotes } from '../triggers/compose-task.ts'
import type { OpenRepository } from './ports.ts'
import type { Base } from './read-base.ts'
import { readOverlaps } from './read-overlaps.ts'

/** What a job is asked that does it. */
export const bringingUp = {
  kind: 'run',
  task: 'Bring this pull request up to its base branch.',
  agent: null,
  notes: noNotes,
} as const
export type BringingUp = typeof bringingUp & { readonly merges: NonNullable<JobRequest['merges']> }

export type Merging =
  | { readonly kind: 'merge'; readonly merges: NonNullable<JobRequest['merges']> }
  | ({ readonly kind: 'not' } & NotRebased)

/** What the pull request of ours lacks of its base branch, as GitHub says it now. `base` is where its work goes on. */
export async function readMerge(
  event: TriggerEvent,
  repository: Pick<OpenRepository, 'facts' | 'botLogin'>,
  { base, continues }: Extract<Base, { ok: true }>,
): Promise<Merging> {
  const { facts } = repository
  if (event.subject.kind === 'issue') {
    const own = (await readOverlaps(event, repository)).find(({ isOurs }) => isOurs)
    return { kind: 'not', why: 'issue', own: own?.number ?? null }
  }
  if (continues === undefined) {
    const isProtected = await facts.isProtected(base.ref)
    return { kind: 'not', why: isProtected ? 'protected' : 'not-ours' }
  }
  const pull = await facts.pullRequest(continues.pullRequest)
  const ref = pull?.baseRef ?? ''
  const head = await facts.headOf(ref)
  if (head.kind !== 'commit') return { kind: 'not', why: 'base-gone' }
  const divergence = await facts.divergence(head.sha, base.sha)
  if (divergence === null) return { kind: 'not', why: 'nothing-common' }
  if (!divergence.isBehind) return { kind: 'not', why: 'up-to-date' }
  return { kind: 'merge', merges: { ref, sha: head.sha, from: divergence.common } }
}
