import { type ClickEvent, jobIdSchema, readDecisionAction } from '../../worker/contract/index.ts'
import { clickedSchema, clickedSuiteSchema } from './payload-schemas.ts'
import { commonOf, type Delivery, invalid, toUtc, type Unusable } from './read-common.ts'

export type ParsedClick = { readonly kind: 'click'; readonly event: ClickEvent } | Unusable

const actions: ReadonlyMap<string, readonly unknown[]> = new Map([
  ['check_run', ['rerequested', 'requested_action']],
  ['check_suite', ['rerequested']],
])

/** Whether an event is of check runs, whatever happened to them. */
export const isOfChecks = (event: string) => actions.has(event)

/** Whether somebody pressed a check run's button, by what a delivery says of itself. */
export function isClick(event: string, action: unknown): boolean {
  return actions.get(event)?.includes(action) ?? false
}

/** A press on a check run's button, or on "Re-run all checks". */
export function parseClick(delivery: Delivery): ParsedClick {
  const { event: name, payload } = delivery
  if (!isClick(name, payload.action)) return { kind: 'ignored', why: 'no button was pressed' }
  // Only a webhook of a repository or organisation lacks it; the App's own always has it.
  if (payload.installation === undefined) return { kind: 'ignored', why: 'not sent for an installation' }
  return name === 'check_run' ? fromRun(delivery) : fromSuite(delivery)
}

/**
 * Of the check run only App and job are taken; what the job is, our own books say. The key has the job and not the check
 * run: GitHub's "Re-run failed checks" presses all of a job's.
 */
function fromRun(delivery: Delivery): ParsedClick {
  const parsed = clickedSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { repository, sender, check_run: run, requested_action: action } = parsed.data
  const jobId = jobIdSchema.safeParse(run.external_id).data
  const pressed = pressedBy(delivery.payload.action, action?.identifier)
  if (jobId === undefined || pressed === null) return { kind: 'ignored', why: 'no button of ours' }
  // A payload has no time of the press itself; the suite's changes with every re-run.
  const occurredAt = toUtc(run.check_suite?.updated_at ?? run.started_at)
  const asked = pressed.kind === 'again' ? 'again' : `${pressed.verb}:${pressed.hash}`
  return {
    kind: 'click',
    event: {
      ...commonOf(delivery, parsed.data),
      ...{ kind: 'click', appId: run.app.id, on: { kind: 'job', jobId }, pressed, occurredAt },
      ...keysOf(delivery, `click:${repository.id}:${run.app.id}:${jobId}:${asked}:${sender.id}:${occurredAt}`),
    },
  }
}

/** Of the suite only App and commit are taken; it names no check run, and which job it is of our own books say. */
function fromSuite(delivery: Delivery): ParsedClick {
  const parsed = clickedSuiteSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { repository, sender, check_suite: suite } = parsed.data
  const { head_sha: sha, app } = suite
  const occurredAt = toUtc(suite.updated_at)
  return {
    kind: 'click',
    event: {
      ...commonOf(delivery, parsed.data),
      ...{ kind: 'click', appId: app.id, on: { kind: 'commit', sha }, pressed: { kind: 'again' }, occurredAt },
      ...keysOf(delivery, `click:${repository.id}:${app.id}:${sha}:again:${sender.id}:${occurredAt}`),
    },
  }
}

/** A second press says what the first one said, and comes with a delivery of its own. */
function keysOf({ deliveryId }: Delivery, pressKey: string): Pick<ClickEvent, 'pressKey' | 'eventKey'> {
  return { pressKey, eventKey: `${pressKey}:${deliveryId}` }
}

function pressedBy(action: unknown, identifier: string | undefined): ClickEvent['pressed'] | null {
  if (action === 'rerequested') return { kind: 'again' }
  const decision = identifier === undefined ? null : readDecisionAction(identifier)
  return decision === null ? null : { kind: 'decision', ...decision }
}
