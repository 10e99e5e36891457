import { resolveCommit } from '../git/commits.ts'
import { countAhead } from '../git/history.ts'
import { fetchPullHead, setPullRef } from '../git/pull-head.ts'
import { validationFailed } from '../http/refusal.ts'
import type { Issue, PullRequest, Repository, User } from './entities.ts'
import { findRepository, nextIssueNumber, type State } from './state.ts'

export interface PullRequestSpec {
  readonly title: string
  /** A branch of the repository, or `OWNER:BRANCH` of a fork with the same name. */
  readonly head: string
  readonly base: string
  readonly body?: string | undefined
  readonly draft?: boolean
  readonly user: User
}

const problem = (field: string) => validationFailed({ resource: 'PullRequest', field, code: 'invalid' })
const said = (message: string) => validationFailed({ resource: 'PullRequest', code: 'custom', message })

/** Opens a pull request, or throws what GitHub would answer. */
export async function openPullRequest(
  state: State,
  repository: Repository,
  spec: PullRequestSpec,
): Promise<{ issue: Issue; pull: PullRequest }> {
  const { headRepository, headRef } = headOf(state, repository, spec.head)
  const headSha = await fetchPullHead(repository, { headRepository, headRef })
  if (headSha === undefined) throw problem('head')
  const baseSha = await resolveCommit(repository.gitDir, `refs/heads/${spec.base}`)
  if (baseSha === undefined) throw problem('base')

  const ahead = await countAhead(repository.gitDir, baseSha, headSha)
  if (ahead === undefined) throw said(`The ${spec.head} branch has no history in common with ${spec.base}`)
  if (ahead === 0) throw said(`No commits between ${spec.base} and ${spec.head}`)
  if (isOpen(repository, headRepository, headRef, spec.base)) {
    throw said(`A pull request already exists for ${headRepository.owner.login}:${headRef}.`)
  }

  // Nothing is awaited from the last check on, so that of two at once one is refused.
  const now = new Date()
  const number = nextIssueNumber(repository)
  const draft = spec.draft ?? false
  const pull = {
    id: state.nextId(),
    headRepository,
    headRef,
    headSha,
    baseRef: spec.base,
    baseSha,
    draft,
    requestedReviewers: [],
  }
  const { title, body = null, user } = spec
  const issue: Issue = {
    id: state.nextId(),
    number,
    user,
    title,
    body,
    state: 'open',
    labels: [],
    labelled: [],
    milestone: null,
    pull,
    createdAt: now,
    updatedAt: now,
  }
  repository.issues.push(issue)
  await setPullRef(repository, number, headSha)
  return { issue, pull }
}

function headOf(state: State, repository: Repository, head: string) {
  const colon = head.indexOf(':')
  if (colon < 0) return { headRepository: repository, headRef: head }
  const headRepository = findRepository(state, head.slice(0, colon), repository.name)
  if (!headRepository) throw problem('head')
  return { headRepository, headRef: head.slice(colon + 1) }
}

function isOpen(repository: Repository, headRepository: Repository, headRef: string, baseRef: string): boolean {
  return repository.issues.some(
    ({ state, pull }) =>
      state === 'open' &&
      pull?.headRepository === headRepository &&
      pull.headRef === headRef &&
      pull.baseRef === baseRef,
  )
}
