import type { Comment, Issue, Label, Reaction, Repository, User } from '../state/entities.ts'
import type { World } from '../world.ts'
import { repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

export function labelBody(world: World, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  }
}

export function issueBody(world: World, repository: Repository, issue: Issue) {
  const api = repositoryUrl(world, repository)
  const url = `${api}/issues/${issue.number}`
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${webUrl(world, repository)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`,
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: userBody(world, issue.user),
    labels: issue.labels.map((label) => labelBody(world, repository, label)),
    state: issue.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: issue.milestone === null ? null : milestoneBody(world, repository, issue.milestone),
    comments: repository.comments.filter((comment) => comment.issueNumber === issue.number).length,
    created_at: time(issue.createdAt),
    updated_at: time(issue.updatedAt),
    closed_at: issue.state === 'closed' ? time(issue.updatedAt) : null,
    author_association: association(repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: reactionRollup(`${url}/reactions`, repository, { kind: 'issue', id: issue.id }),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
    draft: issue.pull?.draft ?? false,
    ...(issue.pull ? { pull_request: pullLinks(world, repository, issue) } : {}),
  }
}

function milestoneBody(world: World, repository: Repository, number: number) {
  const url = `${repositoryUrl(world, repository)}/milestones/${number}`
  const then = time(repository.createdAt)
  return {
    url,
    html_url: `${webUrl(world, repository)}/milestone/${number}`,
    labels_url: `${url}/labels`,
    id: number,
    node_id: nodeId('Milestone', number),
    number,
    title: `v${number}`,
    description: null,
    creator: userBody(world, repository.owner),
    open_issues: 0,
    closed_issues: 0,
    state: 'open',
    created_at: then,
    updated_at: then,
    due_on: null,
    closed_at: null,
  }
}

export function commentBody(world: World, repository: Repository, comment: Comment) {
  const api = repositoryUrl(world, repository)
  const url = `${api}/issues/comments/${comment.id}`
  const isPull = repository.issues.some((issue) => issue.number === comment.issueNumber && issue.pull)
  return {
    url,
    html_url: `${webUrl(world, repository)}/${isPull ? 'pull' : 'issues'}/${comment.issueNumber}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.issueNumber}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userBody(world, comment.user),
    created_at: time(comment.createdAt),
    updated_at: time(comment.updatedAt),
    author_association: association(repository, comment.user),
    body: comment.body,
    reactions: reactionRollup(`${url}/reactions`, repository, { kind: 'comment', id: comment.id }),
    performed_via_github_app: null,
  }
}

export function reactionBody(world: World, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: userBody(world, reaction.user),
    content: reaction.content,
    created_at: time(reaction.createdAt),
  }
}

export function association(repository: Repository, user: User): string {
  if (user === repository.owner) return 'OWNER'
  // GitHub says NONE or CONTRIBUTOR also of some who may write: nobody should decide by this.
  return repository.collaborators.has(user.id) ? 'COLLABORATOR' : 'NONE'
}

function pullLinks(world: World, repository: Repository, issue: Issue) {
  const web = `${webUrl(world, repository)}/pull/${issue.number}`
  const url = `${repositoryUrl(world, repository)}/pulls/${issue.number}`
  return { url, html_url: web, diff_url: `${web}.diff`, patch_url: `${web}.patch`, merged_at: null }
}

export function reactionRollup(url: string, repository: Repository, subject: Reaction['subject']) {
  const given = repository.reactions.filter(({ subject: { kind, id } }) => kind === subject.kind && id === subject.id)
  const count = (content: string) => given.filter((reaction) => reaction.content === content).length
  return {
    url,
    total_count: given.length,
    '+1': count('+1'),
    '-1': count('-1'),
    laugh: count('laugh'),
    hooray: count('hooray'),
    confused: count('confused'),
    heart: count('heart'),
    rocket: count('rocket'),
    eyes: count('eyes'),
  }
}
