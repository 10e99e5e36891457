import { type Schedule, statusMarker } from '../../worker/contract/index.ts'
import { harmlessLine } from './harmless.ts'

/** On the pull request of an earlier firing, once: why no second one comes. `id` is what it is found again by. */
export function skippedScheduleComment(id: string, { cron, by }: Pick<Schedule, 'cron' | 'by'>): string {
  const whose = `The schedule \`${cron}\` of ${harmlessLine(by, 100)}`
  return `${statusMarker(id)}\n${whose} was due again, and was skipped because this pull request of it is open. It goes on when this one is merged or closed. This is said once.\n`
}
