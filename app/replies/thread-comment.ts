import { type JobStanding, type Policy, type StandingJob, statusMarker } from '../../worker/contract/index.ts'
import { formatList } from './format.ts'
import { harmlessLine } from './harmless.ts'
import { waitsFor } from './status-comment.ts'

const mostJobs = 10

/** The jobs of an issue or pull request, those that have not ended first. */
export function statusListComment(jobId: string, jobs: readonly StandingJob[]): string {
  const open = jobs.filter(({ standing }) => standing.kind !== 'ended')
  const ended = jobs.length - open.length
  const past =
    ended === 0 ? '' : `${ended === 1 ? 'One job has' : `${ended} jobs have`} ended here in the last 40 days.`
  const now = open.length === 0 ? 'Nothing runs or waits here.' : formatList(open, mostJobs, lineOf)
  return `${statusMarker(jobId)}\n${[now, past].filter((text) => text !== '').join('\n\n')}`
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
  edited:
    'The comment that asked for the last job was edited since. What runs is what was asked: write the task again.',
  changed:
    'What the job was given was edited since: the title or text of the issue or pull request. A button does what was asked and nothing else. Read it, and write the command or the task again.',
  gone: 'The comment that asked for the last job is gone: write the task again.',
  unknown:
    'The words of the last job here are in no comment: they began the issue or pull request itself, or it carried out an approval, merged the base branch, was asked for over the API, or is from before an update. Write the command or the task again.',
} as const

/** Nothing is tried again, and why. */
export function notAgainComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  { why, job }: { readonly why: keyof typeof notAgain; readonly job?: StandingJob },
): string {
  const hint = why === 'runs' ? ` \`${command} cancel\` ends it.` : ''
  const running = job === undefined ? '' : `\n\n${lineOf(job)}`
  return `${statusMarker(jobId)}\n**Not tried again.** ${notAgain[why]}${hint}${running}`
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

function lineOf(job: StandingJob): string {
  const asked = `asked by ${harmlessLine(job.actor.login, 100)} on ${job.askedAt.slice(0, 16).replace('T', ' ')} UTC`
  return `${nameOf(job)}: ${standingText(job.standing)}${job.cancelled ? ', being cancelled' : ''} · ${asked}`
}

const nameOf = ({ jobId, agent }: StandingJob) => `Job ${jobId} (${agent})`

function standingText(standing: JobStanding): string {
  switch (standing.kind) {
    case 'waiting':
      if (standing.quota !== undefined) return `**waits** ${waitsFor(standing.quota)}`
      return standing.place === null ? '**waits**' : `**waits**, number ${standing.place} in the queue`
    case 'running': {
      const again = standing.attempt > 1 ? `, attempt ${standing.attempt}` : ''
      return `**runs**${standing.step === null ? '' : `, step ${standing.step}`}${again}`
    }
    case 'ended':
      return 'has ended'
  }
}
