import { type Policy, statusMarker } from '../../worker/contract/index.ts'
import { formatList } from './format.ts'
import { harmlessLine } from './harmless.ts'

const mostNamed = 5

export interface OverlapsFound {
  /** Null: the issue itself. */
  readonly task: string | null
  readonly overlaps: readonly { readonly number: number; readonly title: string; readonly isOurs: boolean }[]
}

/** Asks before there are two for one issue. The numbers are GitHub's own, so that they may be links. */
export function overlapComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  { task, overlaps }: OverlapsFound,
): string {
  const named = formatList(overlaps, mostNamed, ({ number, title, isOurs }) => {
    return `#${number} ${harmlessLine(title, 120)}${isOurs ? ', by Airlock' : ''}`
  })
  const onIt = overlaps.some(({ isOurs }) => isOurs) ? `\`${command} TASK\` on the pull request goes on with it. ` : ''
  const again = task === null ? `\`${command} anyway\`` : `\`${command} anyway TASK\``
  return [
    statusMarker(jobId),
    '**Not started yet:** there is an open pull request for this issue.',
    '',
    named,
    '',
    `${onIt}${again} here starts another one all the same.`,
  ].join('\n')
}
