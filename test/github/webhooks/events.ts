import { appBody } from '../bodies/app-body.ts'
import { checkRunBody } from '../bodies/check-run-body.ts'
import { commentBody, issueBody, labelBody } from '../bodies/issue-body.ts'
import { fullPullBody, pullBody } from '../bodies/pull-body.ts'
import { repositoryBody } from '../bodies/repository-body.ts'
import { reviewBody, reviewCommentBody } from '../bodies/review-body.ts'
import { nodeId, userBody } from '../bodies/user-body.ts'
import type {
  CheckRun,
  Comment,
  Issue,
  Label,
  PullRequest,
  Repository,
  Review,
  ReviewComment,
  User,
} from '../state/entities.ts'
import type { World } from '../world.ts'
import type { WebhookEvent } from './deliveries.ts'

/** What a text was before it was edited, as in `changes` of an `edited` event. */
export type Changes = Readonly<Record<string, { readonly from: string }>>

export function issueEvent(
  world: World,
  repository: Repository,
  issue: Issue,
  action: string,
  sender: User,
  changes?: Changes,
): WebhookEvent {
  const payload = {
    action,
    issue: issueBody(world, repository, issue),
    ...(changes ? { changes } : {}),
    ...common(world, repository, sender),
  }
  return { event: 'issues', payload, repository }
}

/** A label on a pull request is an event of the pull request, not of its issue. */
export async function labelEvent(
  world: World,
  repository: Repository,
  issue: Issue,
  action: 'labeled' | 'unlabeled',
  label: Label,
  sender: User,
): Promise<WebhookEvent> {
  const event = issue.pull
    ? await pullEvent(world, repository, issue, issue.pull, action, sender)
    : issueEvent(world, repository, issue, action, sender)
  return { ...event, payload: { ...event.payload, label: labelBody(world, repository, label) } }
}

export function commentEvent(
  world: World,
  repository: Repository,
  issue: Issue,
  comment: Comment,
  action: string,
  sender: User,
  changes?: Changes,
): WebhookEvent {
  const payload = {
    action,
    ...(changes ? { changes } : {}),
    issue: issueBody(world, repository, issue),
    comment: commentBody(world, repository, comment),
    ...common(world, repository, sender),
  }
  return { event: 'issue_comment', payload, repository }
}

export async function pullEvent(
  world: World,
  repository: Repository,
  issue: Issue,
  pull: PullRequest,
  action: string,
  sender: User,
): Promise<WebhookEvent> {
  const payload = {
    action,
    number: issue.number,
    pull_request: await fullPullBody(world, repository, issue, pull),
    ...common(world, repository, sender),
  }
  return { event: 'pull_request', payload, repository }
}

interface OnPull {
  readonly issue: Issue
  readonly pull: PullRequest
}

export async function reviewCommentEvent(
  world: World,
  repository: Repository,
  { issue, pull, comment }: OnPull & { readonly comment: ReviewComment },
  action: string,
  sender: User,
): Promise<WebhookEvent> {
  const payload = {
    action,
    comment: reviewCommentBody(world, repository, comment),
    pull_request: await pullBody(world, repository, issue, pull),
    ...common(world, repository, sender),
  }
  return { event: 'pull_request_review_comment', payload, repository }
}

export async function reviewEvent(
  world: World,
  repository: Repository,
  { issue, pull, review }: OnPull & { readonly review: Review },
  action: string,
  sender: User,
): Promise<WebhookEvent> {
  const payload = {
    action,
    // Without any text it is null here.
    review: { ...reviewBody(world, repository, review), state: review.state, body: review.body || null },
    pull_request: await pullBody(world, repository, issue, pull),
    ...common(world, repository, sender),
  }
  return { event: 'pull_request_review', payload, repository }
}

/** Its suite changes with every re-run; the stand-in's is as old as the run. */
export function checkRunEvent(
  world: World,
  repository: Repository,
  run: CheckRun,
  sender: User,
  identifier: string | null,
): WebhookEvent {
  const body = checkRunBody(world, repository, run)
  const check_suite = { id: run.id, head_sha: run.headSha, updated_at: run.completedAt, app: body.app }
  const payload = {
    action: identifier === null ? 'rerequested' : 'requested_action',
    check_run: { ...body, check_suite },
    ...(identifier === null ? {} : { requested_action: { identifier } }),
    ...common(world, repository, sender),
  }
  return { event: 'check_run', payload, repository }
}

/** All checks of the App on a commit are asked for again: its suite there, which names none of them. */
export function checkSuiteEvent(world: World, repository: Repository, headSha: string, sender: User): WebhookEvent {
  const check_suite = {
    ...{ id: world.state.nextId(), head_branch: null, head_sha: headSha, status: 'queued', conclusion: null },
    ...{ updated_at: new Date().toISOString(), app: appBody(world), pull_requests: [] },
  }
  const payload = { action: 'rerequested', check_suite, ...common(world, repository, sender) }
  return { event: 'check_suite', payload, repository }
}

export function common(world: World, repository: Repository, sender: User) {
  const { installation } = repository
  return {
    repository: repositoryBody(world, repository),
    ...(repository.owner.type === 'Organization' ? { organization: organizationBody(world, repository.owner) } : {}),
    sender: userBody(world, sender),
    ...(installation
      ? { installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) } }
      : {}),
  }
}

function organizationBody(world: World, { id, login }: User) {
  const url = `${world.api}/orgs/${login}`
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${id}`,
    description: null,
  }
}
