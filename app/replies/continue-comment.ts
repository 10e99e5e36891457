import { type JobRequest, type Policy, statusMarker } from '../../worker/contract/index.ts'

/** Why nothing goes on. */
export type NotContinued = 'empty' | 'nothing' | 'runs'

export function notContinuedComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  why: NotContinued,
): string {
  return `${statusMarker(jobId)}\n**Not continued.** ${textOf(why, command)}`
}

function textOf(why: NotContinued, command: string): string {
  switch (why) {
    case 'empty':
      return `Say what is still to be done: \`${command} continue TASK\`. \`${command} retry\` asks for the same once more.`
    case 'nothing':
      return `No job was asked for here in the last 40 days, so there is nothing to go on with. \`${command} TASK\` starts one.`
    case 'runs':
      return `The last job here has not ended. Write this again when it has, or end it with \`${command} cancel\`.`
  }
}

/** Said on the issue whose job goes on in its pull request. The number is GitHub's own. */
export function goesOnThereComment({ id }: Pick<JobRequest, 'id'>, pullRequest: number): string {
  return `${statusMarker(id)}\n**Goes on in #${pullRequest}**, the open pull request for this issue, as a new commit on its branch. What becomes of it is told there.`
}
