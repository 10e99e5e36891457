import { type Policy, statusMarker } from '../../worker/contract/index.ts'

/** Why no base branch is merged. `own`: the pull request of ours that is open for the issue. */
export type NotRebased =
  | { readonly why: 'issue'; readonly own: number | null }
  | { readonly why: 'not-ours' | 'protected' | 'up-to-date' | 'nothing-common' | 'base-gone' }

export function notRebasedComment(
  jobId: string,
  { command }: Pick<Policy['triggers'], 'command'>,
  not: NotRebased,
): string {
  return `${statusMarker(jobId)}\n${textOf(not, command)}`
}

function textOf(not: NotRebased, command: string): string {
  switch (not.why) {
    case 'issue': {
      const where = not.own === null ? 'there is none open for this issue' : `for this issue that is #${not.own}`
      return `**Not rebased.** \`${command} rebase\` belongs on a pull request of Airlock's: ${where}.`
    }
    case 'not-ours':
      return "**Not rebased.** This pull request is not Airlock's, and its branch is left to its people. GitHub's button *Update branch* does it."
    case 'protected':
      return "**Not rebased.** The pull request's branch is protected, and Airlock writes to no protected branch."
    case 'up-to-date':
      return '**Nothing to do.** The pull request has everything that its base branch has.'
    case 'nothing-common':
      return '**Not rebased.** The pull request and its base branch have no commit in common: a person has to decide what becomes of them.'
    case 'base-gone':
      return '**Not rebased.** The base branch of this pull request is gone. Give it another one, and write the command again.'
  }
}
