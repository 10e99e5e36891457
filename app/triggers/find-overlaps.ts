import { isOwnPullRequest, type LivePullRequest, type OwnGround } from '../../worker/contract/index.ts'

interface TitledPullRequest extends LivePullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
}

export interface Overlap {
  readonly number: number
  readonly title: string
  readonly body: string
  /** This App opened it for the very issue. */
  readonly isOurs: boolean
}

export interface OverlapGround extends OwnGround {
  /** The issue that work is asked for on. */
  readonly issue: number
  /** `owner/name`. */
  readonly fullName: string
}

/** Open pull requests that are for an issue already: ours by their branch, anybody's by saying that they close it. */
export function findOverlaps(pulls: readonly TitledPullRequest[], ground: OverlapGround): Overlap[] {
  const own = `airlock/issue-${ground.issue}-`
  return pulls.flatMap((pull) => {
    const { number, title, ref, body } = pull
    const isOurs = isOwnPullRequest(pull, ground) && ref.startsWith(own)
    return isOurs || closes(body, ground) ? [{ number, title, body, isOurs }] : []
  })
}

/** GitHub's closing words. A text that only looks so costs one more word of whoever asks, and nothing else. */
const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s{1,5}(\S{1,300})/gi
const mostLookedAt = 20_000

function closes(body: string, { issue, fullName }: OverlapGround): boolean {
  const references = [`#${issue}`, `${fullName}#${issue}`, `gh-${issue}`].map((text) => text.toLowerCase())
  const path = `/${fullName}/issues/${issue}`.toLowerCase()
  return [...body.slice(0, mostLookedAt).matchAll(closing)].some(([, word = '']) => {
    const reference = word.toLowerCase().replace(/(?<![^a-z0-9])[^a-z0-9]+$/, '')
    return references.includes(reference) || reference.endsWith(path)
  })
}
