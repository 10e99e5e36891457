import type { Policy, Sorting } from '../../worker/contract/index.ts'
import { matchLabel } from './match-label.ts'

/** Words of labels that tell a robot to do something: to merge, to deploy, to run what should not run unseen. */
const acts =
  /merg|deploy|releas|publish|ship|approv|lgtm|safe|trust|ok[ _-]?to|skip|bypass|ignor|\bci\b|\brun\b|trigger|\btest|preview|backport|cherry/i

/**
 * What a pull request takes over of its issue. Whoever may label an issue need not be allowed to have a pull request
 * merged or its code run: labels that sound like that stay behind, and so do ours.
 */
export function sortingFor({ labels, milestone }: Sorting, { triggers }: Pick<Policy, 'triggers'>): Sorting {
  const passive = labels.filter((name) => !acts.test(name) && matchLabel(name, triggers.label).kind === 'none')
  return { labels: passive, milestone }
}
