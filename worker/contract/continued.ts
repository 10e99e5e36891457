import { z } from 'zod'

/** So many commits of a pull request are told to an agent, the latest; of each the first line, up to a length. */
export const mostToldCommits = 20
export const mostOfTitle = 120

/** The only names of branches that are ever ours: made by the host, plain below `airlock/`. */
const ownBranchSchema = z
  .string()
  .max(200)
  .regex(/^airlock\/[A-Za-z0-9][A-Za-z0-9._-]*$/)

/** The open pull request of ours that a job goes on with. Its branch is the job's base. */
export const continuedSchema = z.strictObject({
  pullRequest: z.int().positive(),
  branch: ownBranchSchema,
  /** First lines of its commits, the oldest first: for the agent to know what was done, and no source of orders. */
  commits: z.array(z.string().max(mostOfTitle)).max(mostToldCommits),
})
export type Continued = z.infer<typeof continuedSchema>

/** A pull request as GitHub says it is now; nothing of it is text that somebody wrote into it. */
export interface LivePullRequest {
  readonly open: boolean
  /** Null where the account was deleted. */
  readonly author: { readonly login: string; readonly type: string } | null
  /** The head branch. */
  readonly ref: string
  /** Where the head branch is; null where that fork was deleted. */
  readonly repositoryId: number | null
}

/** What a pull request of ours is told by: the repository that we work in, and our own name. */
export interface OwnGround {
  readonly repositoryId: number
  readonly defaultBranch: string
  /** The login of this App's bot, as GitHub says it. */
  readonly botLogin: string
}

/**
 * Did this App open it, from a branch of its own in this very repository? Anybody may call a branch `airlock/x`, in a
 * fork too, and write our marks into a text. Nobody opens a pull request in the App's name.
 */
export function isOwnPullRequest(pull: LivePullRequest, { repositoryId, defaultBranch, botLogin }: OwnGround): boolean {
  return (
    pull.repositoryId === repositoryId &&
    pull.author?.type === 'Bot' &&
    pull.author.login === botLogin &&
    pull.ref !== defaultBranch &&
    ownBranchSchema.safeParse(pull.ref).success
  )
}
