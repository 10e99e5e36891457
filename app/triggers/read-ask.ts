import type { AgentName, PlacedClick, Policy, TriggerEvent, WrittenEvent } from '../../worker/contract/index.ts'
import { matchLabel } from './match-label.ts'
import { parseSlashCommand } from './parse-slash-command.ts'

/** What an event asks of us. `task` is null where the issue itself is the task. */
export type Ask =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'run'
      readonly task: string | null
      readonly agent: AgentName | null
      /** Also where a pull request for it is open already. */
      readonly anyway: boolean
    }
  /** The comments of a review are the task; help, where it has none. */
  | { readonly kind: 'run-comments' }
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'cancel' }
  /** The newest job of the issue or pull request, once more; or this one. */
  | { readonly kind: 'retry'; readonly jobId?: string }
  /** The base branch's commits, into a pull request of ours. */
  | { readonly kind: 'rebase' }
  /** The newest job of the issue or pull request, with more to do. Null: nothing was said. */
  | { readonly kind: 'continue'; readonly task: string | null }
  /** The effective policy, and where it is from. */
  | { readonly kind: 'why' }
  | { readonly kind: 'decision'; readonly verb: 'approve' | 'reject'; readonly hash: string | null }
  | { readonly kind: 'unclear-decision'; readonly verb: 'approve' | 'reject' }
  | { readonly kind: 'unknown-command'; readonly word: string; readonly nearest: string | null }
  | { readonly kind: 'unknown-agent'; readonly name: string }
  /** One of ours, on a pull request: it says nothing of what is wanted of it. */
  | { readonly kind: 'label-on-pull' }
  /** Changes to a pull request that may be ours, of people: without the command it starts nothing. */
  | { readonly kind: 'changes-requested' }

export function readAsk(event: TriggerEvent, triggers: Pick<Policy['triggers'], 'label' | 'command'>): Ask {
  if (event.kind === 'label') {
    const match = matchLabel(event.label, triggers.label)
    if (match.kind !== 'none' && event.subject.kind === 'pull-request') return { kind: 'label-on-pull' }
    return match.kind === 'run' ? { kind: 'run', task: null, agent: match.agent, anyway: false } : match
  }
  if (event.kind === 'click') return askOf(event)
  const command = parseSlashCommand(event.comment.body, triggers.command)
  if (command.kind === 'none' && asksForChanges(event)) return { kind: 'changes-requested' }
  if (command.kind === 'bare') return event.kind === 'review' ? { kind: 'run-comments' } : { kind: 'help' }
  if (command.kind === 'task') return { kind: 'run', task: command.task, agent: null, anyway: false }
  if (command.kind === 'anyway') return readAnyway(event, command.task)
  if (command.kind === 'unknown') return { kind: 'unknown-command', word: command.word, nearest: command.nearest }
  return command
}

/** A press is what the command would be, on the one job that its check run is of. */
function askOf({ pressed, jobId }: PlacedClick): Ask {
  return pressed.kind === 'again' ? { kind: 'retry', jobId } : pressed
}

/** An issue can be the task itself; a pull request has to be told what is wanted of it. */
function readAnyway({ subject }: TriggerEvent, task: string | null): Ask {
  if (task === null && subject.kind === 'pull-request') return { kind: 'help' }
  return { kind: 'run', task, agent: null, anyway: true }
}

/** A first look before any policy is known: can this event ask for something at all? */
export function mayAsk(event: WrittenEvent): boolean {
  return event.kind === 'label' || asksForChanges(event) || /^\s*\//.test(event.comment.body)
}

function asksForChanges(event: WrittenEvent): boolean {
  return event.kind === 'review' && event.asksForChanges === true
}
