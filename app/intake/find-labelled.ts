import type { WrittenEvent } from '../../worker/contract/index.ts'
import { matchLabel } from '../triggers/match-label.ts'

export type LabelEvent = Extract<WrittenEvent, { kind: 'label' }>

/** One label of an open issue, and who set it when: as GitHub lists them. */
export interface LabelledIssue {
  readonly event: LabelEvent
  /** What the label of the repository's policy is; null: the policy is not known, or broken. */
  readonly label: string | null
}

/** Open issues that were labelled since a moment, of every repository that the App reaches. May throw GitHubError. */
export type LabelledIssues = (since: number, signal: AbortSignal) => AsyncIterable<LabelledIssue>

export interface ReconcileDeps {
  readonly labelled: LabelledIssues
  readonly fallbackLabel: string
  /** Whether a job was asked for on the issue after the label was set. */
  readonly hasJobSince: (event: LabelEvent) => Promise<boolean>
  readonly accept: (event: WrittenEvent) => Promise<'accepted' | 'duplicate'>
}

/**
 * Takes labels that were set while nobody was there for longer than GitHub keeps its deliveries for triggers, once each:
 * an event has the key that its webhook would have. Returns how many there were.
 */
export async function reconcileLabels(deps: ReconcileDeps, since: number, signal: AbortSignal): Promise<number> {
  let taken = 0
  for await (const { event, label } of deps.labelled(since, signal)) {
    if (matchLabel(event.label, label ?? deps.fallbackLabel).kind === 'none') continue
    if (await deps.hasJobSince(event)) continue
    if ((await deps.accept(event)) === 'accepted') taken += 1
  }
  return taken
}
