import type { JobRequest, TriggerEvent } from '../../worker/contract/index.ts'

/** Work that a person asks for without an event on GitHub. What is true of an event is true of it. */
export interface DirectAsk
  extends Pick<TriggerEvent, 'eventKey' | 'deliveryId' | 'installationId' | 'repository' | 'sender' | 'receivedAt'> {
  readonly kind: Extract<JobRequest['trigger']['kind'], 'api' | 'schedule'>
  /** The issue or pull request that it is about, as it is now; null: none. */
  readonly subject: TriggerEvent['subject'] | null
  /** The branch to start from; left out: the default one. A pull request's own, whatever this says. */
  readonly baseRef?: string
  readonly schedule?: NonNullable<JobRequest['trigger']['schedule']>
}

/** No event of GitHub's. */
export function isDirect(asked: Asked): asked is DirectAsk {
  return asked.kind === 'api' || asked.kind === 'schedule'
}

export type Asked = TriggerEvent | DirectAsk
