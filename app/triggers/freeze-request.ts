import { createHash } from 'node:crypto'
import {
  type AgentName,
  type AskedIn,
  type Continued,
  type JobRequest,
  jobRequestSchema,
  type Policy,
  type PolicyOrigin,
} from '../../worker/contract/index.ts'
import { policyDigest } from '../repo-policy/policy-digest.ts'
import { askedWords, composeTask, type Earlier, noNotes, type ReviewNotes } from './compose-task.ts'
import { type Asked, isDirect } from './direct-ask.ts'
import { policyForFork } from './policy-for-fork.ts'
import { sortingFor } from './sorting.ts'

/** What is true on GitHub at the moment of the trigger. */
export interface FrozenFacts {
  readonly task: string | null
  readonly agent: AgentName | null
  /** Left out: the policy's. */
  readonly model?: string
  /** What stands on lines of the diff and is asked with it. */
  readonly notes?: ReviewNotes
  /** Set where the task's words are asked for again; else they are the event's own. */
  readonly askedIn?: AskedIn
  readonly base: { readonly ref: string; readonly sha: string }
  /** Set where that is a fork's. */
  readonly fork?: JobRequest['fork']
  /** The default branch's commit. */
  readonly instructionsSha: string
  /** Set where the job goes on with a pull request of ours. */
  readonly continues?: Continued
  /** Set where that is to be brought up to its base branch. */
  readonly merges?: JobRequest['merges']
  /** What came of the job before, where this one goes on with it. */
  readonly earlier?: Earlier | null
  /** How the repository titles its commits; null: there is no rule to be seen. */
  readonly titles?: JobRequest['titles'] | null
  readonly private: boolean
  readonly defaultBranch: string
  readonly policy: Policy
  /** Where its values are from. */
  readonly policyOrigins?: readonly PolicyOrigin[]
}

/** The same event always makes the same job: what was accepted twice is one job, one comment, one branch. */
export function jobIdFor(eventKey: string): string {
  return sha256(eventKey).slice(0, 24)
}

/** Everything that a worker needs, frozen. Nothing of it is read again later but to be compared. */
export function freezeRequest(event: Asked, facts: FrozenFacts): JobRequest {
  const { schedules: _, ...policy } = facts.fork === undefined ? facts.policy : policyForFork(facts.policy)
  const { text, askedLength } = composeTask(event, facts.task, {
    notes: facts.notes ?? noNotes,
    isOwn: facts.continues !== undefined,
    earlier: facts.earlier ?? null,
  })
  return jobRequestSchema.parse({
    version: 1,
    id: jobIdFor(event.eventKey),
    installationId: event.installationId,
    repository: { ...event.repository, private: facts.private, defaultBranch: facts.defaultBranch },
    actor: { id: event.sender.id, login: event.sender.login },
    subject: subjectOf(event),
    trigger: {
      kind: event.kind === 'label' || isDirect(event) ? event.kind : 'command',
      deliveryId: event.deliveryId,
      eventKey: event.eventKey,
      ...answeredAt(event),
      ...askedWhere(event, facts, text.slice(0, askedLength)),
      receivedAt: event.receivedAt,
      ...('schedule' in event ? { schedule: event.schedule } : {}),
    },
    task: { text, digest: sha256(text), askedLength },
    base: facts.base,
    instructionsSha: facts.instructionsSha,
    policy: facts.model === undefined ? policy : { ...policy, model: facts.model },
    // Of the policy that is in force: whoever looks again finds that one, whichever model was asked for, and for a fork.
    policyDigest: policyDigest(facts.policy),
    ...(facts.policyOrigins === undefined ? {} : { policyOrigins: [...facts.policyOrigins] }),
    agent: facts.agent ?? facts.policy.agent,
    ...(event.subject?.sorting === undefined ? {} : { sorting: sortingFor(event.subject.sorting, facts.policy) }),
    ...(facts.titles ? { titles: facts.titles } : {}),
    ...(facts.fork === undefined ? {} : { fork: facts.fork }),
    ...(facts.continues === undefined ? {} : { continues: facts.continues }),
    ...(facts.merges === undefined ? {} : { merges: facts.merges }),
  } satisfies JobRequest)
}

function subjectOf({ subject }: Asked): JobRequest['subject'] {
  return subject === null ? null : { kind: subject.kind, number: subject.number, title: subject.title }
}

/** What the worker reacts to, and where it answers. */
function answeredAt(event: Asked): Pick<JobRequest['trigger'], 'commentId' | 'writtenIn' | 'threadId'> {
  if (isDirect(event) || !('comment' in event) || event.kind === 'opened') return { commentId: null }
  const { id: commentId } = event.comment
  if (event.kind === 'comment') return { commentId }
  return { commentId, writtenIn: event.kind, ...(event.kind === 'review' ? {} : { threadId: event.threadId }) }
}

/** A merge has no words of a person's that could be asked again: the command is. */
function askedWhere(event: Asked, facts: FrozenFacts, words: string): Pick<JobRequest['trigger'], 'askedIn'> {
  if (facts.merges !== undefined) return {}
  return { askedIn: facts.askedIn ?? (facts.task === null ? null : askedInOf(event, words)) }
}

/** Undefined: its words are nowhere on GitHub, to be read again. */
function askedInOf(event: Asked, words: string): AskedIn | undefined {
  if (isDirect(event) || event.kind === 'click') return undefined
  if (event.kind === 'label') return null
  if (event.kind === 'opened') return { kind: event.kind, digest: sha256(words) }
  const askedIn = { commentId: event.comment.id, digest: sha256(words) }
  return event.kind === 'comment' ? askedIn : { ...askedIn, kind: event.kind }
}

/** Is this task, read again, the one that was asked? Not where the comment was edited since, or one of its review. */
export function isAskedIn(task: string, notes: ReviewNotes, askedIn: NonNullable<AskedIn>): boolean {
  return sha256(askedWords(task, notes)) === askedIn.digest
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
