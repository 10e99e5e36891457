import { createGitHubClient, type GitHubClient } from '../../app/github/github-client.ts'
import { createIssueThread } from '../../app/github/issue-thread.ts'
import { reachableRepositorySchema, repositoryNowOf } from '../../app/github/reachable-repositories.ts'
import { createRepositoryFacts } from '../../app/github/repository-facts.ts'
import type { Repositories, RepositoryNow, Thread } from '../../app/intake/ports.ts'
import { noNotes } from '../../app/triggers/compose-task.ts'
import { jobIdFor } from '../../app/triggers/freeze-request.ts'
import type { TriggerEvent } from '../../worker/contract/index.ts'
import { createTokenClient } from '../../worker/github/github-client.ts'
import { createRunnerFacts } from './runner-facts.ts'
import { type OrganisationInputs, organisationOf } from './runner-organisation.ts'
import { createRunnerOwner } from './runner-owner.ts'
import { type RunnerToken, runnerLogin } from './runner-tokens.ts'

export interface RunnerRepositories {
  readonly runner: RunnerToken
  readonly organisation: OrganisationInputs
  /** Of the event: what it says of a pull request is known without asking. */
  readonly payload: Readonly<Record<string, unknown>>
  /** False where the token may only read: nobody is answered from there. */
  readonly answers: boolean
}

/** The repository of this run, with the runner's token. */
export function createRunnerRepositories({ runner, organisation, payload, answers }: RunnerRepositories): Repositories {
  return {
    async open(event, { signal, fence }) {
      const client = createGitHubClient(createTokenClient(runner.baseUrl, runner.token, signal), signal)
      const now = await locate(client, runner, event)
      if (now === null) return null
      const owner = createRunnerOwner(organisationOf(runner, organisation, signal))
      const known = { payload, jobId: jobIdFor(event.eventKey), readsPulls: answers }
      const facts = createRunnerFacts(createRepositoryFacts(client, now, owner), client, known)
      const botLogin = async () => runnerLogin
      const thread = withoutReview(createIssueThread(client, now, event, { fence, botLogin }), event)
      return {
        facts,
        issues: noIssues,
        thread: answers ? thread : silent(thread),
        botLogin,
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}

async function locate(
  client: GitHubClient,
  { owner, repo }: RunnerToken,
  event: TriggerEvent,
): Promise<RepositoryNow | null> {
  const found = reachableRepositorySchema.parse(await client.call('GET /repos/{owner}/{repo}', { owner, repo }))
  return found.id === event.repository.id ? repositoryNowOf(found) : null
}

/** That a policy is broken is said where the job was asked for. */
const noIssues = { open: async () => null, close: async () => {} }

/** The comments of a review are no part of its event, and the half that works has no right to read them. */
function withoutReview(thread: Thread, event: TriggerEvent): Thread {
  return event.kind === 'review' ? { ...thread, notes: async () => noNotes } : thread
}

/** Where nothing may be written, nothing is: the other half says it. */
function silent(thread: Thread): Thread {
  return {
    ...thread,
    acknowledge: async () => {},
    findAnswer: async () => null,
    answer: async () => 0,
    edit: async () => {},
    takeLabelOff: async () => {},
  }
}
