import { z } from 'zod'
import { issueBody, labelBody, reactionBody } from '../bodies/issue-body.ts'
import { time, userBody } from '../bodies/user-body.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { created, ok, page } from '../http/reply.ts'
import { type Need, param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { Issue, Reaction } from '../state/entities.ts'
import { ensureLabel, findIssue, nextIssueNumber } from '../state/state.ts'
import { issueEvent, labelEvent } from '../webhooks/events.ts'

/** A pull request is an issue too: either permission will do. */
export const READ_ISSUES: readonly Need[] = ['issues:read', 'pull_requests:read']
export const WRITE_ISSUES: readonly Need[] = ['issues:write', 'pull_requests:write']

const labelsSchema = z.union([
  z.object({ labels: z.array(z.union([z.string(), z.object({ name: z.string() })])) }),
  z.array(z.string()).transform((labels) => ({ labels })),
])
const reactionSchema = z.object({
  content: z.enum(['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']),
})

const createSchema = z.object({ title: z.string().min(1).max(256), body: z.string().max(65_536).optional() })

export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET', '/issues', READ_ISSUES, list),
  repositoryRoute('POST', '/issues', ['issues:write'], create),
  repositoryRoute('GET', '/issues/{issue_number}/events', READ_ISSUES, (call) =>
    page(
      call,
      issueOf(call).labelled.map(({ id, label, by, at }) => ({
        ...{ id, event: 'labeled', actor: userBody(call.world, by), created_at: time(at) },
        label: { name: label.name, color: label.color },
      })),
    ),
  ),
  repositoryRoute('GET', '/issues/{issue_number}', READ_ISSUES, (call) =>
    ok(issueBody(call.world, call.repository, issueOf(call))),
  ),
  repositoryRoute('PATCH', '/issues/{issue_number}', WRITE_ISSUES, update),
  repositoryRoute('GET', '/issues/{issue_number}/labels', READ_ISSUES, (call) =>
    page(call, labelBodies(call, issueOf(call))),
  ),
  repositoryRoute('GET', '/labels/{name}', READ_ISSUES, (call) => {
    const name = param(call, 'name').toLowerCase()
    const label = call.repository.labels.find((known) => known.name.toLowerCase() === name)
    if (!label) throw notFound()
    return ok(labelBody(call.world, call.repository, label))
  }),
  repositoryRoute('POST', '/issues/{issue_number}/labels', WRITE_ISSUES, addLabels),
  repositoryRoute('DELETE', '/issues/{issue_number}/labels/{name}', WRITE_ISSUES, removeLabel),
  repositoryRoute('POST', '/issues/{issue_number}/reactions', WRITE_ISSUES, (call) =>
    react(call, { kind: 'issue', id: issueOf(call).id }),
  ),
]

export function issueOf(call: RepositoryCall): Issue {
  const issue = findIssue(call.repository, Number(param(call, 'issue_number')))
  if (!issue) throw notFound()
  return issue
}

/** The reaction asked for; giving one twice changes nothing. */
export function react(call: RepositoryCall, subject: Reaction['subject']) {
  const { world, repository } = call
  const { content } = parseBody(call, reactionSchema)
  const user = world.app.bot
  const given = repository.reactions.find(
    (reaction) => reaction.user === user && reaction.content === content && reaction.subject.id === subject.id,
  )
  if (given) return ok(reactionBody(world, given))
  const reaction = { id: world.state.nextId(), user, content, subject, createdAt: new Date() }
  repository.reactions.push(reaction)
  return created(reactionBody(world, reaction))
}

/** The newest first; pull requests are issues here too. */
function list(call: RepositoryCall) {
  const { world, repository, query } = call
  const [state, creator] = [query.get('state') ?? 'open', query.get('creator')]
  const since = Date.parse(query.get('since') ?? new Date(0).toISOString())
  const wanted = repository.issues
    .toReversed()
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => creator === null || issue.user.login === creator)
    .filter(({ updatedAt }) => updatedAt.getTime() >= since)
  return page(call, wanted, (shown) => shown.map((issue) => issueBody(world, repository, issue)))
}

function create(call: RepositoryCall) {
  const { world, repository } = call
  const { title, body = null } = parseBody(call, createSchema)
  const now = new Date()
  const issue: Issue = {
    ...{ id: world.state.nextId(), number: nextIssueNumber(repository), user: world.app.bot, title, body },
    ...{ state: 'open', labels: [], labelled: [], milestone: null, pull: undefined, createdAt: now, updatedAt: now },
  }
  repository.issues.push(issue)
  world.deliveries.announce(issueEvent(world, repository, issue, 'opened', world.app.bot))
  return created(issueBody(world, repository, issue))
}

const updateSchema = z.object({
  milestone: z.int().positive().nullable().optional(),
  state: z.enum(['open', 'closed']).optional(),
  title: z.string().min(1).max(256).optional(),
  body: z.string().max(65_536).optional(),
})

function update(call: RepositoryCall) {
  const issue = issueOf(call)
  Object.assign(issue, parseBody(call, updateSchema), { updatedAt: new Date() })
  return ok(issueBody(call.world, call.repository, issue))
}

async function addLabels(call: RepositoryCall) {
  const { world, repository } = call
  const issue = issueOf(call)
  const names = parseBody(call, labelsSchema).labels.map((label) => (typeof label === 'string' ? label : label.name))
  for (const name of names) {
    const label = ensureLabel(world.state, repository, name)
    if (issue.labels.includes(label)) continue
    issue.labels.push(label)
    issue.updatedAt = new Date()
    world.deliveries.announce(await labelEvent(world, repository, issue, 'labeled', label, world.app.bot))
  }
  return ok(labelBodies(call, issue))
}

async function removeLabel(call: RepositoryCall) {
  const { world, repository } = call
  const issue = issueOf(call)
  const label = issue.labels.find(({ name }) => name === param(call, 'name'))
  if (!label) throw new Refusal(404, 'Label does not exist')
  issue.labels = issue.labels.filter((kept) => kept !== label)
  issue.updatedAt = new Date()
  world.deliveries.announce(await labelEvent(world, repository, issue, 'unlabeled', label, world.app.bot))
  return ok(labelBodies(call, issue))
}

function labelBodies({ world, repository }: RepositoryCall, issue: Issue) {
  return issue.labels.map((label) => labelBody(world, repository, label))
}
