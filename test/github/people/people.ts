import type { CheckRun, Comment, Issue, PullRequest, Repository } from '../state/entities.ts'
import { openPullRequest, type PullRequestSpec } from '../state/open-pull-request.ts'
import { ensureLabel, ensureUser, findIssue, nextIssueNumber } from '../state/state.ts'
import type { Delivery } from '../webhooks/deliveries.ts'
import { checkRunEvent, checkSuiteEvent, commentEvent, issueEvent, labelEvent, pullEvent } from '../webhooks/events.ts'
import type { World } from '../world.ts'

/** Who does it, by login; a login that ends in `[bot]` is a bot. */
interface By {
  readonly by: string
}

interface Told {
  readonly delivery: Delivery
}

/** What people do on GitHub's pages. Each act delivers its webhook and waits for the receiver's answer. */
export interface People {
  openIssue(
    repository: Repository,
    issue: By & {
      readonly title: string
      readonly body?: string | null
      readonly labels?: readonly string[]
      readonly milestone?: number | null
    },
  ): Promise<Told & { readonly issue: Issue }>
  editIssue(
    repository: Repository,
    number: number,
    change: By & { readonly title?: string; readonly body?: string },
  ): Promise<Told & { readonly issue: Issue }>
  closeIssue(repository: Repository, number: number, who: By): Promise<Told & { readonly issue: Issue }>
  label(
    repository: Repository,
    number: number,
    label: By & { readonly name: string },
  ): Promise<Told & { readonly issue: Issue }>
  unlabel(
    repository: Repository,
    number: number,
    label: By & { readonly name: string },
  ): Promise<Told & { readonly issue: Issue }>
  comment(
    repository: Repository,
    number: number,
    comment: By & { readonly body: string },
  ): Promise<Told & { readonly comment: Comment }>
  editComment(
    repository: Repository,
    id: number,
    change: By & { readonly body: string },
  ): Promise<Told & { readonly comment: Comment }>
  openPullRequest(
    repository: Repository,
    pull: By & Omit<PullRequestSpec, 'user'>,
  ): Promise<Told & { readonly issue: Issue; readonly pull: PullRequest }>
  /** Presses a button of a check run: the one with this identifier, or GitHub's own to run it again. */
  press(repository: Repository, run: CheckRun, button: By & { readonly identifier?: string }): Promise<Told>
  /** Presses "Re-run all checks" of the App's suite on a commit. */
  pressAll(repository: Repository, headSha: string, who: By): Promise<Told>
  /** Says that commits were pushed to its head branch. */
  pushToPullRequest(repository: Repository, number: number, who: By): Promise<Told>
}

export function createPeople(world: World): People {
  const { state, deliveries } = world
  const userOf = ({ by }: By) => ensureUser(state, by)
  return {
    async openIssue(repository, { title, body = null, labels = [], milestone = null, by }) {
      const [user, now] = [ensureUser(state, by), new Date()]
      const number = nextIssueNumber(repository)
      const issue: Issue = {
        id: state.nextId(),
        number,
        user,
        title,
        body,
        state: 'open',
        labels: labels.map((name) => ensureLabel(state, repository, name)),
        labelled: [],
        milestone,
        pull: undefined,
        createdAt: now,
        updatedAt: now,
      }
      repository.issues.push(issue)
      return { issue, delivery: await deliveries.deliver(issueEvent(world, repository, issue, 'opened', user)) }
    },
    async editIssue(repository, number, { by, ...change }) {
      const issue = issueOf(repository, number)
      const before = { title: { from: issue.title }, body: { from: issue.body ?? '' } }
      Object.assign(issue, change, { updatedAt: new Date() })
      const changes = Object.fromEntries(Object.entries(before).filter(([field]) => field in change))
      return {
        issue,
        delivery: await deliveries.deliver(issueEvent(world, repository, issue, 'edited', userOf({ by }), changes)),
      }
    },
    async closeIssue(repository, number, who) {
      const issue = issueOf(repository, number)
      Object.assign(issue, { state: 'closed', updatedAt: new Date() })
      return { issue, delivery: await deliveries.deliver(issueEvent(world, repository, issue, 'closed', userOf(who))) }
    },
    async label(repository, number, { name, by }) {
      const issue = issueOf(repository, number)
      const label = ensureLabel(state, repository, name)
      if (!issue.labels.includes(label)) issue.labels.push(label)
      issue.updatedAt = new Date()
      issue.labelled.push({ label, by: userOf({ by }), at: issue.updatedAt, id: state.nextId() })
      return {
        issue,
        delivery: await deliveries.deliver(
          await labelEvent(world, repository, issue, 'labeled', label, userOf({ by })),
        ),
      }
    },
    async unlabel(repository, number, { name, by }) {
      const issue = issueOf(repository, number)
      const label = ensureLabel(state, repository, name)
      issue.labels = issue.labels.filter((kept) => kept !== label)
      issue.updatedAt = new Date()
      return {
        issue,
        delivery: await deliveries.deliver(
          await labelEvent(world, repository, issue, 'unlabeled', label, userOf({ by })),
        ),
      }
    },
    async comment(repository, issueNumber, { body, by }) {
      const [user, now] = [ensureUser(state, by), new Date()]
      const comment: Comment = { id: state.nextId(), issueNumber, user, body, createdAt: now, updatedAt: now }
      repository.comments.push(comment)
      return {
        comment,
        delivery: await deliveries.deliver(
          commentEvent(world, repository, issueOf(repository, issueNumber), comment, 'created', user),
        ),
      }
    },
    async editComment(repository, id, { body, by }) {
      const comment = repository.comments.find((known) => known.id === id)
      if (!comment) throw new Error(`there is no comment ${id}`)
      const changes = { body: { from: comment.body } }
      Object.assign(comment, { body, updatedAt: new Date() })
      const issue = issueOf(repository, comment.issueNumber)
      return {
        comment,
        delivery: await deliveries.deliver(
          commentEvent(world, repository, issue, comment, 'edited', userOf({ by }), changes),
        ),
      }
    },
    async openPullRequest(repository, { by, ...spec }) {
      const user = ensureUser(state, by)
      const { issue, pull } = await openPullRequest(state, repository, { ...spec, user })
      return {
        issue,
        pull,
        delivery: await deliveries.deliver(await pullEvent(world, repository, issue, pull, 'opened', user)),
      }
    },
    async press(repository, run, { identifier, by }) {
      if (identifier !== undefined && !run.actions.includes(identifier)) throw new Error(`no button ${identifier}`)
      const event = checkRunEvent(world, repository, run, userOf({ by }), identifier ?? null)
      return { delivery: await deliveries.deliver(event) }
    },
    async pressAll(repository, headSha, who) {
      return { delivery: await deliveries.deliver(checkSuiteEvent(world, repository, headSha, userOf(who))) }
    },
    async pushToPullRequest(repository, number, who) {
      const { pull, ...issue } = issueOf(repository, number)
      if (pull === undefined) throw new Error(`${number} is no pull request`)
      const event = await pullEvent(world, repository, { ...issue, pull }, pull, 'synchronize', userOf(who))
      return { delivery: await deliveries.deliver(event) }
    },
  }
}

function issueOf(repository: Repository, number: number): Issue {
  const issue = findIssue(repository, number)
  if (!issue) throw new Error(`there is no issue ${number}`)
  return issue
}
