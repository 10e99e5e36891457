import { z } from 'zod'
import { listAll, mostLabels, triggerEventSchema } from '../../worker/contract/index.ts'
import type { LabelEvent, LabelledIssue, LabelledIssues } from '../intake/find-labelled.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { readInstallations } from './install-facts.ts'
import { listReachable, type ReachableRepository } from './reachable-repositories.ts'

/** Of issues, and of what happened to one: what lies behind them is not looked through. */
const mostPages = 100
const time = z.iso.datetime({ offset: true })
const issueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  updated_at: time,
  labels: z.array(z.object({ name: z.string() })),
  milestone: z.object({ number: z.int() }).nullish(),
  pull_request: z.unknown().optional(),
})
const setSchema = z.object({
  event: z.literal('labeled'),
  actor: z.object({ id: z.int(), login: z.string(), type: z.string() }),
  label: z.object({ name: z.string() }),
  created_at: time,
})
type Issue = z.infer<typeof issueSchema>

export interface LabelledDeps {
  readonly app: Pick<GitHubApp, 'asApp' | 'openClient' | 'revokeLeft'>
  /** The trigger's label where it can be told. */
  readonly labelOf: (
    at: { readonly owner: string; readonly name: string },
    signal: AbortSignal,
  ) => Promise<string | null>
  readonly now: () => number
}

/** Reads with a token of each installation's, and nothing but issues. */
export function createLabelledIssues({ app, labelOf, now }: LabelledDeps): LabelledIssues {
  return async function* (since, signal) {
    for (const { id, suspended_at: suspended } of await readInstallations(app, signal)) {
      if (suspended) continue
      const scope = { owner: `labels:${id}`, all: true } as const
      await app.revokeLeft(scope.owner)
      await using client = await app.openClient(id, scope, { metadata: 'read', issues: 'read' }, signal)
      for await (const repository of listReachable(client)) {
        const found = await labelledIn(client, repository, { installationId: id, since, receivedAt: now() })
        if (found.length === 0) continue
        const label = await labelOf({ owner: repository.owner.login, name: repository.name }, signal)
        yield* found.map((event): LabelledIssue => ({ event, label }))
      }
    }
  }
}

interface Look {
  readonly installationId: number
  readonly since: number
  readonly receivedAt: number
}

async function labelledIn(client: GitHubClient, repository: ReachableRepository, look: Look): Promise<LabelEvent[]> {
  const at = { owner: repository.owner.login, repo: repository.name }
  const found: LabelEvent[] = []
  for await (const value of listed(client, 'GET /repos/{owner}/{repo}/issues', {
    ...{ ...at, state: 'open', since: new Date(look.since).toISOString() },
  })) {
    const issue = issueSchema.safeParse(value).data
    if (issue === undefined || issue.pull_request !== undefined || issue.labels.length === 0) continue
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/events'
    const sets = await Array.fromAsync(listed(client, route, { ...at, issue_number: issue.number }))
    found.push(...eventsOf(repository, issue, sets, look))
  }
  return found
}

/** The last time that each of its labels was set. */
function eventsOf(repository: ReachableRepository, issue: Issue, sets: readonly unknown[], look: Look): LabelEvent[] {
  const last = new Map(
    sets.flatMap((value) => {
      const set = setSchema.safeParse(value).data
      return set === undefined ? [] : [[set.label.name, set] as const]
    }),
  )
  return issue.labels.flatMap(({ name }) => {
    const set = last.get(name)
    if (set === undefined || Date.parse(set.created_at) < look.since) return []
    const event = triggerEventSchema.safeParse(eventOf(repository, issue, set, look)).data
    return event?.kind === 'label' ? [event] : []
  })
}

function eventOf(repository: ReachableRepository, issue: Issue, set: z.infer<typeof setSchema>, look: Look): unknown {
  const { id, name, owner, private: isPrivate, default_branch: defaultBranch } = repository
  const occurredAt = new Date(set.created_at).toISOString()
  const { number, title, labels, milestone } = issue
  return {
    ...{ version: 1, kind: 'label', label: set.label.name, installationId: look.installationId },
    // As the webhook's would be: one that was taken after all is a duplicate.
    eventKey: `label:${[id, number, set.label.name, set.actor.id, occurredAt].join(':')}`,
    deliveryId: `found-${id}-${number}-${set.created_at}`,
    repository: { id, owner: owner.login, name, private: isPrivate, defaultBranch },
    sender: { id: set.actor.id, login: set.actor.login, type: set.actor.type },
    subject: {
      ...{ kind: 'issue', number, title, body: issue.body ?? '' },
      sorting: { labels: labels.slice(0, mostLabels).map((one) => one.name), milestone: milestone?.number ?? null },
    },
    // Whoever set it saw the words of then, and anybody who wrote the issue may have changed them since.
    changedSince: Date.parse(issue.updated_at) > Date.parse(set.created_at),
    occurredAt,
    receivedAt: new Date(look.receivedAt).toISOString(),
  }
}

function listed(client: GitHubClient, route: string, parameters: Readonly<Record<string, unknown>>) {
  const ask = async (page: object) => z.array(z.unknown()).parse(await client.call(route, { ...parameters, ...page }))
  return listAll(ask, mostPages)
}
