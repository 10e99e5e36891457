import {
  type JobStanding,
  type Policy,
  type ProgressNote,
  type StandingJob,
  statusMarker,
} from '../../worker/contract/index.ts'
import { formatDuration, formatList } from './format.ts'
import { harmlessLine } from './harmless.ts'
import { placeText, waitsFor } from './status-comment.ts'

const mostJobs = 10

/** The jobs of an issue or pull request, those that have not ended first. `now`: milliseconds since the epoch. */
export function statusListComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  jobs: readonly StandingJob[],
  now: number,
): string {
  const open = jobs.filter(({ standing }) => standing.kind !== 'ended')
  const ended = jobs.length - open.length
  const past =
    ended === 0 ? '' : `${ended === 1 ? 'One job has' : `${ended} jobs have`} ended here in the last 40 days.`
  const told = open.length === 0 ? 'Nothing runs or waits here.' : formatList(open, mostJobs, (job) => lineOf(job, now))
  const cancel = open.length === 0 ? '' : `\`${command} cancel\` ends ${open.length === 1 ? 'it' : 'them'}.`
  return `${statusMarker(jobId)}\n${[told, cancel, past].filter((text) => text !== '').join('\n\n')}`
}

export interface CancelAsked {
  readonly job: StandingJob
  /** False: it was too late. */
  readonly stopped: boolean
}

export function cancelComment(jobId: string, asked: readonly CancelAsked[]): string {
  const lines = formatList(asked, mostJobs, ({ job, stopped }) =>
    stopped
      ? `${nameOf(job)}: **is being cancelled**. ${job.standing.kind === 'waiting' ? 'It has not begun.' : 'Nothing of it is published.'}`
      : `${nameOf(job)}: too late, its result is being published or has been. Close its pull request instead.`,
  )
  return `${statusMarker(jobId)}\n${asked.length === 0 ? 'Nothing runs or waits here: nothing was cancelled.' : lines}`
}

const notAgain = {
  nothing: 'No job was asked for here in the last 40 days: there is nothing to try again.',
  runs: 'A job here has not ended. It can be tried again when it has.',
  edited: 'What asked for the last job was edited since. What runs is what was asked: write the task again.',
  changed:
    'What the job was given was edited since: the title or text of the issue or pull request. A button does what was asked and nothing else. Read it, and write the command or the task again.',
  gone: 'What asked for the last job is gone: write the task again.',
  unknown:
    'The words of the last job here are nowhere to be read again: it carried out an approval, merged the base branch, was asked for over the API, or is from before an update. Write the command or the task again.',
} as const

/** Nothing is tried again, and why. */
export function notAgainComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  { why, job }: { readonly why: keyof typeof notAgain; readonly job?: StandingJob },
): string {
  const hint = why === 'runs' ? ` \`${command} cancel\` ends it.` : ''
  const running = job === undefined ? '' : `\n\n${lineOf(job, null)}`
  return `${statusMarker(jobId)}\n**Not tried again.** ${notAgain[why]}${hint}${running}`
}

/** Said on a pull request of ours. The number is GitHub's own. */
export function askOnIssueText(issue: number): string {
  return `The job that made this pull request was asked on #${issue}: write it there to ask about that one.`
}

/** A label whose webhook was lost, on an issue that is not what it was when the label was set. */
export function labelAgainComment(jobId: string, label: string): string {
  const name = harmlessLine(label, 100)
  return `${statusMarker(jobId)}\n**Not started.** The label ${name} was set while Airlock could not be reached, and something happened here since: what would run may not be what was meant. Set the label again to start it.`
}

/** Where no installation keeps a list of jobs, or a held change: what was asked is found, or done, otherwise. */
export function noBookComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  asked: 'status' | 'cancel' | 'retry' | 'continue' | 'approve' | 'reject',
): string {
  const held = `no change can be let out. Say in the task what a gate should not find, and write it again after \`${command}\`; CI runs when a person pushes a commit to the branch`
  const instead = {
    status: 'the Actions tab shows what runs and what waits',
    cancel: 'cancel the run in the Actions tab',
    retry: `write the task again after \`${command}\``,
    continue: `write what is to be done on its pull request, after \`${command}\``,
    approve: held,
    reject: 'there is nothing to delete',
  } as const
  return `${statusMarker(jobId)}\n**Nothing was done.** Jobs of this repository run on GitHub Actions without the App, which keeps a list of jobs and what is held. Here ${instead[asked]}.`
}

/** Without `now` nothing is said of times that go by. */
function lineOf(job: StandingJob, now: number | null): string {
  const asked = `asked by ${harmlessLine(job.actor.login, 100)} on ${job.askedAt.slice(0, 16).replace('T', ' ')} UTC`
  return `${nameOf(job)}: ${standingText(job.standing, now)}${job.cancelled ? ', being cancelled' : ''} · ${asked}`
}

const nameOf = ({ jobId, agent }: StandingJob) => `Job ${jobId} (${agent})`

function standingText(standing: JobStanding, now: number | null): string {
  switch (standing.kind) {
    case 'waiting':
      if (standing.quota !== undefined) return `**waits** ${waitsFor(standing.quota)}`
      if (standing.place === null) return '**waits**'
      return `**waits**, ${placeText({ position: standing.place, startsInMs: standing.startsInMs ?? null })}`
    case 'running': {
      const { attempt, noted } = standing
      const step = noted === undefined ? '' : `, step ${noted.step}`
      const spent = noted === undefined || now === null ? '' : `, ${spentText(noted, now)}`
      return `**runs**${step}${attempt > 1 ? `, attempt ${attempt}` : ''}${spent}`
    }
    case 'ended':
      return 'has ended'
  }
}

function spentText({ beganAt, costUsd, mostUsd }: ProgressNote, now: number): string {
  const elapsed = formatDuration(Math.max(0, now - beganAt))
  return `for ${elapsed}, model ${costUsd.toFixed(2)} of ${mostUsd.toFixed(2)} USD`
}
