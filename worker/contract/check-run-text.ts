import { shortDigestLength } from './held-change.ts'

/** A finished check run: on the commit that a job published, or where the next one is held. */
export interface CheckRunText {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled'
  readonly annotations: readonly CheckAnnotation[]
  /** Buttons; GitHub takes three at most. */
  readonly actions?: readonly CheckAction[]
}

/** GitHub takes 20 characters of label and identifier, and 40 of the description. */
export interface CheckAction {
  readonly label: string
  readonly description: string
  readonly identifier: string
}

/** A finding at its place in the files. `title` and `message` are shown without Markdown. */
export interface CheckAnnotation {
  readonly path: string
  readonly line: number
  readonly level: 'notice' | 'warning' | 'failure'
  readonly title: string
  readonly message: string
}

/** A button's identifier names the change that it was shown for, so that it can't decide on another one. */
export function decisionAction(verb: 'approve' | 'reject', digest: string): string {
  return `${verb}:${digest.slice(0, shortDigestLength)}`
}

const decisionPattern = /^(approve|reject):([0-9a-f]{1,64})$/

/** Null: no button of ours. */
export function readDecisionAction(
  identifier: string,
): { readonly verb: 'approve' | 'reject'; readonly hash: string } | null {
  const [, verb, hash = ''] = decisionPattern.exec(identifier) ?? []
  if (hash.length !== shortDigestLength) return null
  return { verb: verb === 'approve' ? 'approve' : 'reject', hash }
}
