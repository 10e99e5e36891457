import { z } from 'zod'
import { commitBody } from '../bodies/commit-body.ts'
import { fullPullBody, pullBody } from '../bodies/pull-body.ts'
import { gitText } from '../git/run-git.ts'
import { invalid, notFound } from '../http/refusal.ts'
import { created, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { Issue, PullRequest, User } from '../state/entities.ts'
import { openPullRequest } from '../state/open-pull-request.ts'
import { findIssue, findUser, roleOf } from '../state/state.ts'
import { pullEvent } from '../webhooks/events.ts'

const createSchema = z.object({
  title: z.string().min(1).max(256),
  head: z.string(),
  base: z.string(),
  body: z.string().max(65_536).optional(),
  draft: z.boolean().default(false),
})
const updateSchema = z.object({
  title: z.string().min(1).max(256).optional(),
  body: z.string().max(65_536).optional(),
  state: z.enum(['open', 'closed']).optional(),
})
const reviewersSchema = z.object({
  reviewers: z.array(z.string()).default([]),
  team_reviewers: z.array(z.string()).default([]),
})

export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls', ['pull_requests:read'], list),
  repositoryRoute('POST', '/pulls', ['pull_requests:write'], create),
  repositoryRoute('GET', '/pulls/{pull_number}', ['pull_requests:read'], (call) => full(call, pullOf(call))),
  repositoryRoute('GET', '/pulls/{pull_number}/commits', ['pull_requests:read'], listCommits),
  repositoryRoute('PATCH', '/pulls/{pull_number}', ['pull_requests:write'], update),
  repositoryRoute('POST', '/pulls/{pull_number}/requested_reviewers', ['pull_requests:write'], requestReviewers),
]

interface OpenedPull {
  readonly issue: Issue
  readonly pull: PullRequest
}

async function list(call: RepositoryCall) {
  const { world, repository } = call
  const shown: OpenedPull[] = []
  const reply = page(call, wantedPulls(call), (opened) => shown.push(...opened))
  const bodies = shown.map(({ issue, pull }) => pullBody(world, repository, issue, pull))
  return { ...reply, body: await Promise.all(bodies) }
}

/** The newest first. */
function wantedPulls({ repository, query }: RepositoryCall): OpenedPull[] {
  const state = query.get('state') ?? 'open'
  const [head, base] = [query.get('head'), query.get('base')]
  return repository.issues.toReversed().flatMap((issue) => {
    const { pull } = issue
    if (!pull || (state !== 'all' && issue.state !== state)) return []
    if (base !== null && pull.baseRef !== base) return []
    if (head !== null && head !== `${pull.headRepository.owner.login}:${pull.headRef}`) return []
    return [{ issue, pull }]
  })
}

/** The oldest first, as GitHub has them. */
async function listCommits(call: RepositoryCall) {
  const { world, repository } = call
  const { issue, pull } = pullOf(call)
  const { head, base } = await pullBody(world, repository, issue, pull)
  const range = ['rev-list', '--reverse', `${base.sha}..${head.sha}`]
  const shas = (await gitText(repository.gitDir, range)).split('\n').filter((sha) => sha !== '')
  return page(call, await Promise.all(shas.map((sha) => commitBody(world, repository, sha))))
}

async function create(call: RepositoryCall) {
  const { world, repository } = call
  const opened = await openPullRequest(world.state, repository, {
    ...parseBody(call, createSchema),
    user: world.app.bot,
  })
  const event = await pullEvent(world, repository, opened.issue, opened.pull, 'opened', world.app.bot)
  world.deliveries.announce(event)
  return created(event.payload.pull_request)
}

function update(call: RepositoryCall) {
  const opened = pullOf(call)
  Object.assign(opened.issue, parseBody(call, updateSchema), { updatedAt: new Date() })
  return full(call, opened)
}

async function requestReviewers(call: RepositoryCall) {
  const { world, repository } = call
  const { issue, pull } = pullOf(call)
  const asked = parseBody(call, reviewersSchema)
  // There are no teams here: as for an App that may not see them.
  if (asked.team_reviewers.length > 0) throw invalid('Could not resolve to a node with the global id.')
  const reviewers = asked.reviewers.map((login) => reviewer(call, issue, login))
  pull.requestedReviewers = [...new Set([...pull.requestedReviewers, ...reviewers])]
  return created(await pullBody(world, repository, issue, pull))
}

function reviewer({ world, repository }: RepositoryCall, issue: Issue, login: string): User {
  const user = findUser(world.state, login)
  if (!user || !repository.collaborators.has(user.id) || roleOf(repository, user) === 'none') {
    throw invalid(
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repository.owner.login}/${repository.name} repository.`,
    )
  }
  if (user === issue.user) throw invalid('Review cannot be requested from pull request author.')
  return user
}

async function full({ world, repository }: RepositoryCall, { issue, pull }: OpenedPull) {
  return ok(await fullPullBody(world, repository, issue, pull))
}

function pullOf(call: RepositoryCall): OpenedPull {
  const issue = findIssue(call.repository, Number(param(call, 'pull_number')))
  if (!issue?.pull) throw notFound()
  return { issue, pull: issue.pull }
}
