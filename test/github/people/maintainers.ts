import { resolveCommit, writeCommit } from '../git/commits.ts'
import { updateRef } from '../git/refs.ts'
import { gitText } from '../git/run-git.ts'
import type { Issue, PullRequest, Repository, User } from '../state/entities.ts'
import { ensureUser, findIssue, roleOf } from '../state/state.ts'
import type { Delivery } from '../webhooks/deliveries.ts'
import { issueEvent, pullEvent } from '../webhooks/events.ts'
import type { World } from '../world.ts'

interface By {
  readonly by: string
}

export interface Merged {
  readonly sha: string
  readonly delivery: Delivery
  /** Issues that it closed, each with its own webhook. */
  readonly closed: readonly Issue[]
}

/** What whoever may write does with a pull request. Each act delivers its webhooks. */
export interface Maintainers {
  markReady(repository: Repository, number: number, who: By): Promise<Delivery>
  /** By a merge commit; issues that its text closes are closed where it goes into the default branch. */
  mergePullRequest(repository: Repository, number: number, who: By): Promise<Merged>
  /** Sets another base branch, which GitHub itself does too when the base was merged and deleted. */
  retargetPullRequest(repository: Repository, number: number, to: By & { readonly base: string }): Promise<Delivery>
}

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)\b/gi

export function createMaintainers(world: World): Maintainers {
  const { state, deliveries } = world

  function open(repository: Repository, number: number, { by }: By): { issue: Issue; pull: PullRequest; user: User } {
    const user = ensureUser(state, by)
    const issue = findIssue(repository, number)
    if (!issue?.pull || issue.state !== 'open') throw new Error(`${number} is no open pull request`)
    if (!['write', 'maintain', 'admin'].includes(roleOf(repository, user))) throw new Error(`${by} may not do that`)
    return { issue, pull: issue.pull, user }
  }

  async function closeNamed(repository: Repository, text: string | null, user: User): Promise<Issue[]> {
    const numbers = new Set([...(text ?? '').matchAll(closing)].map(([, number]) => Number(number)))
    const named = repository.issues.filter((one) => one.pull === undefined && numbers.has(one.number))
    const closed = named.filter((one) => one.state === 'open')
    for (const issue of closed) {
      Object.assign(issue, { state: 'closed', updatedAt: new Date() })
      await deliveries.deliver(issueEvent(world, repository, issue, 'closed', user))
    }
    return closed
  }

  return {
    async markReady(repository, number, who) {
      const { issue, pull, user } = open(repository, number, who)
      pull.draft = false
      return deliveries.deliver(await pullEvent(world, repository, issue, pull, 'ready_for_review', user))
    },
    async mergePullRequest(repository, number, who) {
      const { issue, pull, user } = open(repository, number, who)
      if (pull.draft) throw new Error('Pull Request is still a draft')
      const { gitDir } = repository
      // Looks where its branches are now.
      await pullEvent(world, repository, issue, pull, 'closed', user)
      const { baseRef, baseSha, headSha, headRef, headRepository } = pull
      const tree = await gitText(gitDir, ['merge-tree', '--write-tree', baseSha, headSha])
      const date = new Date()
      const from = `${headRepository.owner.login}/${headRef}`
      const sha = await writeCommit(gitDir, {
        ...{ tree, parents: [baseSha, headSha] },
        author: { name: user.login, email: `${user.id}+${user.login}@users.noreply.github.com`, date },
        committer: { name: 'GitHub', email: 'noreply@github.com', date },
        message: `Merge pull request #${number} from ${from}\n\n${issue.title}`,
      })
      await updateRef(gitDir, `refs/heads/${baseRef}`, sha)
      pull.merged = { sha, by: user, at: date }
      Object.assign(issue, { state: 'closed', updatedAt: date })
      const delivery = await deliveries.deliver(await pullEvent(world, repository, issue, pull, 'closed', user))
      const isDefault = baseRef === repository.defaultBranch
      return { sha, delivery, closed: isDefault ? await closeNamed(repository, issue.body, user) : [] }
    },
    async retargetPullRequest(repository, number, { base, ...who }) {
      const { issue, pull, user } = open(repository, number, who)
      if ((await resolveCommit(repository.gitDir, `refs/heads/${base}`)) === undefined) throw new Error(`no ${base}`)
      const changes = { base: { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } } }
      pull.baseRef = base
      const event = await pullEvent(world, repository, issue, pull, 'edited', user)
      return deliveries.deliver({ ...event, payload: { ...event.payload, changes } })
    },
  }
}
