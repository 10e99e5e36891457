import {
  approvalsOf,
  type Decision,
  type HeldEntry,
  type JobRequest,
  type JobSummary,
  type Policy,
  shortDigestLength,
  statusMarker,
} from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'
import { harmlessLine, harmlessPatch } from './harmless.ts'

const short = (digest: string) => digest.slice(0, shortDigestLength)
const day = (instant: string) => harmlessLine(instant.slice(0, 10), 10)

/** What became of somebody's word on a held change. `command` is what the repository calls us by. */
export type DecisionReply =
  | { readonly kind: 'approved' | 'rejected'; readonly entry: HeldEntry; readonly by: string }
  | { readonly kind: 'decided-before'; readonly entry: HeldEntry; readonly decision: Decision }
  | { readonly kind: 'expired' | 'own-change'; readonly entry: HeldEntry }
  | { readonly kind: 'not-allowed'; readonly entry: HeldEntry; readonly detail: string }
  | { readonly kind: 'nothing-held' | 'wrong-hash' | 'ambiguous-hash' | 'hash-missing' | 'unclear' }

/** What a word does to what waits, where `change` is its digest. */
const words = {
  change: {
    approved: { verb: 'Approved', done: (change: string) => `change ${change} is published as it is` },
    rejected: { verb: 'Rejected', done: (change: string) => `change ${change} is deleted` },
    instead: 'Ask for the work again.',
  },
  ci: {
    approved: { verb: 'Approved', done: (change: string) => `an empty commit lets CI run on change ${change}` },
    rejected: { verb: 'Rejected', done: (change: string) => `CI stays away from change ${change}` },
    instead: 'Push a commit to its branch to have CI run.',
  },
} as const

/** One line, whatever was said. */
export function decisionComment(jobId: string, command: string, reply: DecisionReply): string {
  return `${statusMarker(jobId)}\n${lineOf(command, reply)}`
}

function lineOf(command: string, reply: DecisionReply): string {
  switch (reply.kind) {
    case 'approved':
    case 'rejected': {
      const { verb, done } = words[reply.entry.kind][reply.kind]
      return `**${verb}** by ${harmlessLine(reply.by, 100)}: ${done(short(reply.entry.digest))}.`
    }
    case 'decided-before': {
      const { verb, by, at } = reply.decision
      const done = verb === 'approve' ? 'approved' : 'rejected'
      return `Change ${short(reply.entry.digest)} was already ${done}, by ${harmlessLine(by.login, 100)} on ${day(at)}. Nothing was done.`
    }
    case 'expired':
      return `Change ${short(reply.entry.digest)} is no longer kept (until ${day(reply.entry.until)}). ${words[reply.entry.kind].instead}`
    case 'own-change':
      return `Not approved: whoever asked for a change may not approve it here. Somebody else with ${reply.entry.approvals.permission} has to.`
    case 'not-allowed':
      return `Not done: to decide on change ${short(reply.entry.digest)} somebody ${harmlessLine(reply.detail, 200)}.`
    case 'nothing-held':
      return 'Nothing is held here. Nothing was done.'
    case 'wrong-hash':
      return 'No change with that digest is held here: take the digest from the comment that says **Held**. Nothing was done.'
    case 'ambiguous-hash':
      return 'More than one change held here begins with that digest: give more digits of it. Nothing was done.'
    case 'hash-missing':
      return `Say which change: \`${command} approve DIGEST\` or \`${command} reject DIGEST\`, as the comment that says **Held** has it. Nothing was done.`
    case 'unclear':
      return `Not understood: \`${command} approve DIGEST\` or \`${command} reject DIGEST\`, with nothing behind it. Nothing was done.`
  }
}

/** On whose word a change was let out. Null in every other job. */
export function approvalPart({ approval }: Pick<JobRequest, 'approval'>): TextPart | null {
  if (approval === undefined) return null
  const { by, permission, at, digest } = approval
  const who = `${harmlessLine(by.login, 100)} (id ${by.id}, ${permission})`
  return { title: null, text: `This was held for a person; ${who} approved it on ${day(at)}: sha256 ${digest}.` }
}

/** How CI is let run on a change that is in quarantine. Null in every other job. */
export function quarantinePart({ quarantine }: Pick<JobSummary, 'quarantine'>, policy: Policy): TextPart | null {
  if (quarantine === undefined) return null
  const { command } = policy.triggers
  const who = `Whoever ${approverText(policy)}`
  const text = [
    `CI is asked to stay away from this branch until a person has read the change. ${who} comments on the pull request:`,
    '',
    `- \`${command} approve ${short(quarantine.digest)}\` adds an empty commit, on which CI runs`,
    `- \`${command} reject ${short(quarantine.digest)}\` leaves it so`,
  ].join('\n')
  return { title: 'To let CI run', text }
}

/** How a held change is let out, and until when. Null in every other job. */
export function heldPart({ held }: JobSummary, policy: Policy): TextPart | null {
  if (held === undefined) return null
  const { command } = policy.triggers
  const { digest, until } = held
  if (until === null) {
    return {
      title: 'To let it out',
      text: `The change is too large to be kept, so it cannot be approved (sha256 ${digest}).`,
    }
  }
  const text = [
    `Change sha256 ${digest}, kept until ${day(until)}. Whoever ${approverText(policy)} comments one of these:`,
    '',
    `- \`${command} approve ${short(digest)}\` publishes exactly this change`,
    `- \`${command} reject ${short(digest)}\` deletes it`,
  ].join('\n')
  return { title: 'To let it out', text }
}

/** `has at least write here`, and what else is asked of whoever approves. */
function approverText(policy: Policy): string {
  const { permission, own, teams } = approvalsOf(policy)
  const inTeam = teams === undefined ? '' : ` and is in one of the teams ${teams.join(', ') || '(none)'}`
  return `has at least ${permission} here${inTeam}${own ? '' : ', but for the one who asked,'}`
}

/** The beginning of the held change, in at most `max` characters. */
export function heldPatchPart({ held, report: { id } }: JobSummary, max: number): TextPart | null {
  if (held === undefined) return null
  const title = 'The change'
  const whole = held.until === null ? '' : ` ${operatorReads(id)}`
  if (held.patch === null) return { title, text: `Not shown, because it may show a secret.${whole}` }
  if (held.patch === '') return { title, text: `Not shown, because it is too large.${whole}` }
  return { title, text: harmlessPatch(held.patch, max) }
}

/** What became of a blocked change. Null in every other job. */
export function blockedPart({ outcome, blocked, report: { id } }: JobSummary): TextPart | null {
  if (outcome.outcome !== 'blocked') return null
  const title = 'The change'
  if (blocked === undefined) return { title, text: 'It is not kept.' }
  if (blocked.until === null) return { title, text: 'It is too large to be kept.' }
  const kept = `It is kept until ${day(blocked.until)}, sealed, for the operator alone, and cannot be approved.`
  return { title, text: `${kept} ${operatorReads(id)}` }
}

/** Job ids are made by us, of letters and digits. */
const operatorReads = (jobId: string) => `The operator can read it: \`airlock changes show ${jobId}\`.`
