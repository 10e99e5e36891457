import { resolveCommit } from '../git/commits.ts'
import { countAhead } from '../git/history.ts'
import { fetchPullHead, setPullRef } from '../git/pull-head.ts'
import { gitText } from '../git/run-git.ts'
import type { Issue, PullRequest, Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { association, issueBody } from './issue-body.ts'
import { repositoryBody, repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

/** A pull request as lists show it. Looks where its branches are now. */
export async function pullBody(world: World, repository: Repository, issue: Issue, pull: PullRequest) {
  await follow(repository, issue.number, pull)
  const shown = issueBody(world, repository, issue)
  const url = `${repositoryUrl(world, repository)}/pulls/${issue.number}`
  const web = `${webUrl(world, repository)}/pull/${issue.number}`
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: shown.url,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: shown.comments_url,
    statuses_url: `${repositoryUrl(world, repository)}/statuses/${pull.headSha}`,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: shown.user,
    body: issue.body,
    labels: shown.labels,
    milestone: shown.milestone,
    active_lock_reason: null,
    created_at: shown.created_at,
    updated_at: shown.updated_at,
    closed_at: shown.closed_at,
    merged_at: pull.merged ? time(pull.merged.at) : null,
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.requestedReviewers.map((user) => userBody(world, user)),
    requested_teams: [],
    head: branchBody(world, pull.headRepository, pull.headRef, pull.headSha),
    base: branchBody(world, repository, pull.baseRef, pull.baseSha),
    author_association: association(repository, issue.user),
    auto_merge: null,
    draft: pull.draft,
    _links: linksBody(url, web, shown.url, pull.headSha),
  }
}

/** One pull request, with what only its own page counts. */
export async function fullPullBody(world: World, repository: Repository, issue: Issue, pull: PullRequest) {
  const body = await pullBody(world, repository, issue, pull)
  const range = `${pull.baseSha}...${pull.headSha}`
  const numbers = (await gitText(repository.gitDir, ['diff', '--numstat', range]))
    .split('\n')
    .filter((line) => line !== '')
  const sum = (column: number) => numbers.reduce((total, line) => total + (Number(line.split('\t')[column]) || 0), 0)
  return {
    ...body,
    merged: pull.merged !== undefined,
    mergeable: pull.merged ? null : true,
    rebaseable: pull.merged ? null : true,
    mergeable_state: pull.merged ? 'unknown' : pull.draft ? 'draft' : 'clean',
    merged_by: pull.merged ? userBody(world, pull.merged.by) : null,
    comments: repository.comments.filter((comment) => comment.issueNumber === issue.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: (await countAhead(repository.gitDir, pull.baseSha, pull.headSha)) ?? 0,
    additions: sum(0),
    deletions: sum(1),
    changed_files: numbers.length,
  }
}

async function follow(repository: Repository, number: number, pull: PullRequest): Promise<void> {
  if (pull.merged) return
  const [head, base] = await Promise.all([
    fetchPullHead(repository, pull),
    resolveCommit(repository.gitDir, `refs/heads/${pull.baseRef}`),
  ])
  if (head !== undefined && head !== pull.headSha) await setPullRef(repository, number, head)
  pull.headSha = head ?? pull.headSha
  pull.baseSha = base ?? pull.baseSha
}

function branchBody(world: World, repository: Repository, ref: string, sha: string) {
  const { owner } = repository
  // Of a fork that was deleted GitHub says its label and commit, and no repository.
  const isThere = world.state.repositories.includes(repository)
  const repo = isThere ? { ...repositoryBody(world, repository), ...MERGE_SETTINGS } : null
  return { label: `${owner.login}:${ref}`, ref, sha, user: userBody(world, owner), repo }
}

const MERGE_SETTINGS = {
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  allow_update_branch: false,
  delete_branch_on_merge: false,
}

function linksBody(url: string, web: string, issueUrl: string, headSha: string) {
  const api = url.slice(0, url.indexOf('/pulls/'))
  return {
    self: { href: url },
    html: { href: web },
    issue: { href: issueUrl },
    comments: { href: `${issueUrl}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${api}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${api}/statuses/${headSha}` },
  }
}
