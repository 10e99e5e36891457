import type { ChangeSet, JobRequest } from '../contract/index.ts'
import { cleanTask } from './clean-task.ts'
import type { MaterialisedBase } from './ports/index.ts'

/** What an agent has to put together: a merge that left both sides' versions of some files. */
export interface Conflict {
  /** The base branch's commit. */
  readonly theirs: MaterialisedBase
  /** A commit of the merged files as the agent found them: its work is what came on top. */
  readonly sha: string
  readonly paths: readonly string[]
  /** Those with git's marks in them. Another, such as one that a side deleted, may be right as it lies there. */
  readonly marked: readonly string[]
}

const mostTold = 100
const mostOfPath = 300
/** As git writes them for our names of the sides. */
const mark = /^(?:<{7} this-branch|>{7} base-branch)$/m

export function hasMark(content: Uint8Array): boolean {
  return mark.test(Buffer.from(content).toString('latin1').replaceAll('\r\n', '\n'))
}

/** Files that were said to be solved and are not: they still have marks, or were never touched. */
export function unsolvedIn({ files }: Pick<ChangeSet, 'files'>, { marked }: Conflict): string[] {
  const after = new Map(files.map((file) => [file.path, file.after]))
  return marked.filter((path) => {
    const now = after.get(path)
    return now === undefined || (now !== null && hasMark(now.content))
  })
}

/** What the agent is told. Paths are the repository's words: each in quotes, in a line of its own. */
export function conflictPrompt({ ref }: NonNullable<JobRequest['merges']>, { paths }: Conflict): string {
  const rest = paths.length > mostTold ? [`- and ${paths.length - mostTold} more: look for the marks`] : []
  return [
    `The branch ${pathText(ref)} was merged into this pull request, and lies in the files already. In these files its changes`,
    'and those of the pull request do not fit together:',
    ...paths.slice(0, mostTold).map((path) => `- ${pathText(path)}`),
    ...rest,
    'Between "<<<<<<< this-branch" and "=======" stands what the pull request has, from there to ">>>>>>> base-branch"',
    'what its base branch has. A file without such marks was deleted on one side, or cannot be merged line by line:',
    'decide whether it should be there. Keep what both sides wanted, leave no mark, and leave everything else as it is.',
  ].join('\n')
}

export function listPaths(paths: readonly string[], most = 20): string {
  const rest = paths.length > most ? ` and ${paths.length - most} more` : ''
  return `${paths.slice(0, most).map(pathText).join(', ')}${rest}`
}

function pathText(path: string): string {
  return JSON.stringify(cleanTask(path).text.slice(0, mostOfPath))
}
