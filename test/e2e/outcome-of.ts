import { gateNames } from '../../worker/contract/index.ts'
import { listRefs } from '../github/git/refs.ts'
import { gitText } from '../github/git/run-git.ts'
import type { Asked } from './start-world.ts'

/** What a person finds on GitHub of one job. */
export interface Found {
  /** Pull requests of the job's repository: a repository of these tests has one job. */
  readonly pullRequests: readonly { readonly number: number; readonly title: string; readonly state: string }[]
  /** Every branch but the default one, with its files that the default branch has not. */
  readonly branches: readonly { readonly name: string; readonly changed: string }[]
  /** The App's comments where it was asked, without their marks. */
  readonly comments: readonly string[]
  /** Check runs by name, each with its conclusion. */
  readonly checks: readonly string[]
  /** What the App reacted with. */
  readonly reactions: readonly string[]
  readonly labels: readonly string[]
}

/** The check runs of a job that was published. */
export const passedChecks = ['Airlock', ...gateNames.map((gate) => `Airlock / ${gate}`)]
  .map((name) => `${name}: success`)
  .toSorted()

export async function outcomeOf({ repository, issue }: Asked): Promise<Found> {
  const { gitDir, defaultBranch } = repository
  const refs = (await listRefs(gitDir)).filter(({ ref }) => ref.startsWith('refs/heads/'))
  const others = refs.map(({ ref }) => ref.slice('refs/heads/'.length)).filter((name) => name !== defaultBranch)
  return {
    pullRequests: repository.issues.flatMap(({ pull, number, title, state }) =>
      pull === undefined ? [] : [{ number, title, state }],
    ),
    branches: await Promise.all(
      others.map(async (name) => ({
        name,
        changed: await gitText(gitDir, ['diff', '--name-only', `${defaultBranch}...${name}`]),
      })),
    ),
    comments: repository.comments
      .filter(({ issueNumber, user }) => issueNumber === issue.number && user.type === 'Bot')
      .map(({ body }) => body.split('\n').slice(1).join('\n').trim()),
    checks: repository.checkRuns.map(({ name, conclusion }) => `${name}: ${conclusion}`).toSorted(),
    reactions: repository.reactions.map(({ content }) => content),
    labels: issue.labels.map(({ name }) => name),
  }
}
