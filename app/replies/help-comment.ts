import { agentNames, type Policy, statusMarker } from '../../worker/contract/index.ts'
import { harmlessLine } from './harmless.ts'

/** What a repository listens to. */
interface Listening {
  readonly triggers: Policy['triggers']
  /** Nobody keeps a list of jobs, or a change that was held. */
  readonly isAlone: boolean
}

export function helpComment(jobId: string, listening: Listening): string {
  return `${statusMarker(jobId)}\n${helpText(listening)}`
}

/** `nearest` is one of our own words. */
export function unknownCommandComment(
  jobId: string,
  listening: Listening,
  { word, nearest }: { readonly word: string; readonly nearest: string | null },
): string {
  const meant = nearest === null ? '' : ` Did you mean \`${listening.triggers.command} ${nearest}\`?`
  const said = `There is no command ${harmlessLine(word, 50)}.${meant} Nothing was started: a task says in more than one word what is to be done.`
  return `${statusMarker(jobId)}\n${said}\n\n${helpText(listening)}`
}

export function unknownAgentComment(jobId: string, listening: Listening, name: string): string {
  return `${statusMarker(jobId)}\nThere is no agent ${harmlessLine(name, 50)}.\n\n${helpText(listening)}`
}

/** A pull request is no task. */
export function labelOnPullComment(jobId: string, { command }: Policy['triggers']): string {
  return `${statusMarker(jobId)}\n**Not started.** The label starts jobs on issues. On a pull request write what is to be done: \`${command} TASK\`, in a comment here, on lines of the diff, or as the summary of a review.`
}

function helpText({ triggers: { label, command, permission }, isAlone }: Listening): string {
  const safeLabel = harmlessLine(label, 50)
  return [
    'What Airlock listens to:',
    '',
    `- the label **${safeLabel}** on an issue: works on the issue as it is written at that moment`,
    `- the label **${safeLabel}:AGENT**: the same with another agent (${agentNames.join(', ')})`,
    `- \`${command} TASK\` as the first line of a comment on an issue or pull request, or of a new one's own text; one of Airlock's own gets another commit`,
    `- the same as the first line of a comment on lines of a diff, which are then told too, or of a review's summary, with all of its comments`,
    `- \`${command} anyway TASK\`: the same where a pull request for the issue is open already; without a task, the issue itself`,
    ...(isAlone ? aloneLines(command) : bookLines(command)),
    `- \`${command} rebase\`: brings a pull request of Airlock's up to its base branch`,
    `- \`${command} why\`: the policy of this repository, and which file each value is from`,
    `- \`${command} help\`: this text`,
    '',
    `Who may: people whose permission on this repository is at least ${permission}. The result is a branch and a pull`,
    'request that passed the gates; nothing is merged without you.',
  ].join('\n')
}

/** What takes a list of jobs and a place for held changes. */
function bookLines(command: string): string[] {
  return [
    `- \`${command} approve DIGEST\`: publishes a change that a gate held, \`${command} reject DIGEST\` deletes it`,
    `- \`${command} status\`: what runs or waits here, \`${command} cancel\` stops it`,
    `- \`${command} retry\`: asks for the last job here once more, in the same words`,
    `- \`${command} continue TASK\`: goes on with the last job here, which need not have made a pull request`,
  ]
}

function aloneLines(command: string): string[] {
  const words = ['approve', 'reject', 'status', 'cancel', 'retry', 'continue'].map((word) => `\`${command} ${word}\``)
  return [`- ${words.join(', ')}: need the App, and are answered with what to do instead`]
}
