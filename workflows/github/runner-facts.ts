import { z } from 'zod'
import type { GitHubClient } from '../../app/github/github-client.ts'
import { GitHubError } from '../../app/intake/github-error.ts'
import type { PullRequestNow, RepositoryFacts } from '../../app/intake/ports.ts'
import { mostOfTitle, mostToldCommits, shaSchema } from '../../worker/contract/index.ts'

const refSchema = z.object({ object: z.object({ sha: shaSchema }) })
const branchesSchema = z.array(z.object({ name: z.string().max(255) }))
const compareSchema = z.object({ commits: z.array(z.object({ commit: z.object({ message: z.string() }) })) })
/** An issue's payload says of a pull request who opened it, and whether it is open. */
const subjectSchema = z.object({
  number: z.int(),
  state: z.enum(['open', 'closed']),
  user: z.object({ login: z.string(), type: z.string() }).nullable(),
})
const payloadSchema = z.object({ issue: subjectSchema.optional(), pull_request: subjectSchema.optional() })

export interface KnownOfRun {
  /** The half that publishes may read pull requests. */
  readonly readsPulls: boolean
  readonly payload: Readonly<Record<string, unknown>>
  readonly jobId: string
}

/**
 * The half that works may read contents and nothing else. What it has to know of a pull request it learns from the
 * event and from branches, so that both halves see the same.
 */
export function createRunnerFacts(facts: RepositoryFacts, client: GitHubClient, known: KnownOfRun): RepositoryFacts {
  const at = { owner: facts.now.owner, repo: facts.now.name }

  /** The branch here whose last commit is the pull request's. Null: there is none, as with a fork's. */
  async function headBranch(number: number): Promise<{ readonly sha: string; readonly ref: string | null } | null> {
    const found = await client.find('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...at, ref: `pull/${number}/head` })
    if (found === null) return null
    const { sha } = refSchema.parse(found).object
    const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/branches-where-head'
    const names = branchesSchema.parse(await client.call(route, { ...at, commit_sha: sha })).map(({ name }) => name)
    const others = names.filter((name) => name !== facts.now.defaultBranch)
    return { sha, ref: others.toSorted(oursFirst)[0] ?? null }
  }

  return {
    ...facts,
    async pullRequest(number): Promise<PullRequestNow | null> {
      const { issue, pull_request } = payloadSchema.parse(known.payload)
      const said = pull_request ?? issue
      if (said?.number !== number) return null
      const head = await headBranch(number)
      if (head === null) return null
      const repositoryId = head.ref === null ? null : await repositoryIdOf(client, at)
      const pull = { open: said.state === 'open', author: said.user, ref: head.ref ?? '', sha: head.sha }
      // What it is against is not said in every event. The half that works need not know: it merges nothing.
      const baseRef = known.readsPulls ? ((await facts.pullRequest(number))?.baseRef ?? '') : ''
      return { ...pull, baseRef, repositoryId }
    },
    /** One that this very job opened, in an earlier try, stands in nobody's way. */
    async openPullRequests() {
      const pulls = await orNone(facts.openPullRequests())
      return pulls.filter(({ ref }) => !ref.endsWith(`-${known.jobId.slice(0, 10)}`))
    },
    async commitsOf(number) {
      const head = await headBranch(number)
      if (head === null) return []
      const basehead = `${facts.now.defaultBranch}...${head.sha}`
      const found = await client.find('GET /repos/{owner}/{repo}/compare/{basehead}', { ...at, basehead })
      const commits = found === null ? [] : compareSchema.parse(found).commits
      return commits.slice(-mostToldCommits).map(({ commit }) => firstLine(commit.message))
    },
  }
}

/** Several branches may be at one commit: a pull request of ours is from the one that is ours. */
function oursFirst(one: string, other: string): number {
  const rank = (name: string) => (name.startsWith('airlock/') ? 0 : 1)
  return rank(one) - rank(other) || (one < other ? -1 : 1)
}

async function repositoryIdOf(client: GitHubClient, at: Readonly<Record<string, string>>): Promise<number> {
  return z.object({ id: z.int() }).parse(await client.call('GET /repos/{owner}/{repo}', at)).id
}

/** In a private repository the half that works may not look. The other one does, before it publishes. */
async function orNone<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'denied') return []
    throw error
  }
}

function firstLine(message: string): string {
  return (message.split(/[\n\r\u0085\u2028\u2029]/, 1)[0] ?? '').slice(0, mostOfTitle)
}
