import type { Asked } from '../triggers/direct-ask.ts'
import { findOverlaps, type Overlap } from '../triggers/find-overlaps.ts'
import type { OpenRepository } from './ports.ts'

/** Open pull requests that are for the issue already. On a pull request there is nothing to ask: it goes on there. */
export async function readOverlaps(
  { subject, repository }: Pick<Asked, 'subject' | 'repository'>,
  { facts, botLogin }: Pick<OpenRepository, 'facts' | 'botLogin'>,
): Promise<readonly Overlap[]> {
  if (subject?.kind !== 'issue') return []
  const { owner, name, defaultBranch } = facts.now
  return findOverlaps(await facts.openPullRequests(), {
    repositoryId: repository.id,
    defaultBranch,
    botLogin: await botLogin(),
    issue: subject.number,
    fullName: `${owner}/${name}`,
  })
}
