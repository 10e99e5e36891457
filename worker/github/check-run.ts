import { type AskedPage, type CheckAnnotation, type CheckRunText, listAll } from '../contract/index.ts'
import { type Fence, HandoffError } from '../pipeline/ports/index.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

export interface CheckRunsWanted {
  readonly jobId: string
  /** The App's own: anybody else's run may bear the same name and id. */
  readonly appId: number
  readonly commit: string
  readonly texts: readonly CheckRunText[]
  readonly fence: Fence
}

/** A check run on GitHub and how many annotations it has. */
interface Written {
  readonly id: number
  readonly annotated: number
}

/** So many annotations GitHub takes in one request; more are added to the run, one request after the other. */
const perRequest = 50
/** GitHub itself keeps a thousand of a name on a commit. One behind them is made again. */
const mostPages = 10

/**
 * Finished check runs of this job on its commit, each of them once; found again by App, job and name. What GitHub does
 * not like about one of them does not keep the others away. Throws HandoffError.
 */
export async function writeCheckRuns(
  session: RepositorySession,
  repository: LocatedRepository,
  wanted: CheckRunsWanted,
): Promise<void> {
  const looked = await listOurs(session, repository, wanted)
  const rejected: HandoffError[] = []
  for (const text of wanted.texts) {
    try {
      const written = await createOnce(session, repository, wanted, text, looked.get(text.name) ?? null)
      await annotateRest(session, repository, wanted.fence, text, written)
    } catch (error) {
      if (!(error instanceof HandoffError) || error.code !== 'rejected') throw error
      rejected.push(error)
    }
  }
  const [first] = rejected
  if (first !== undefined) throw first
}

/** By name. A commit that very many jobs began from bears the runs of all of them. */
async function listOurs(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { jobId, appId, commit }: CheckRunsWanted,
): Promise<ReadonlyMap<string, Written>> {
  const wanted = { owner, repo, ref: commit, app_id: appId, filter: 'all' } as const
  const ask = async (page: AskedPage) => {
    const { data } = await session.call((octokit) => octokit.rest.checks.listForRef({ ...wanted, ...page }))
    return data.check_runs
  }
  const all = await Array.fromAsync(listAll(ask, mostPages))
  const ours = all.filter(({ external_id, app }) => external_id === jobId && app?.id === appId)
  return new Map(ours.map(({ name, id, output }) => [name, { id, annotated: output.annotations_count }]))
}

function createOnce(
  session: RepositorySession,
  repository: LocatedRepository,
  wanted: CheckRunsWanted,
  { name, title, summary, conclusion, annotations, actions = [] }: CheckRunText,
  looked: Written | null,
): Promise<Written> {
  const { owner, repo } = repository
  const { jobId: external_id, commit: head_sha, fence } = wanted
  const first = annotations.slice(0, perRequest).map(bodyOf)
  const find = async () => (await listOurs(session, repository, wanted)).get(name) ?? null
  const create = async () => {
    const run = { name, head_sha, external_id, status: 'completed', conclusion } as const
    const output = { title, summary, annotations: first }
    const { data } = await session.once((octokit) =>
      octokit.rest.checks.create({ owner, repo, ...run, output, actions: [...actions] }),
    )
    return { id: data.id, annotated: first.length }
  }
  return ensure({ find, create }, fence, session.signal, looked)
}

/** GitHub appends: what is sent twice is there twice. So each portion is looked for by how many there are. */
async function annotateRest(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  fence: Fence,
  { title, summary, annotations }: CheckRunText,
  { id, annotated }: Written,
): Promise<void> {
  const at = { owner, repo, check_run_id: id }
  let sent = annotated
  while (sent < annotations.length) {
    const before = sent
    const more = annotations.slice(before, before + perRequest).map(bodyOf)
    const find = async () => {
      const { data } = await session.call((octokit) => octokit.rest.checks.get(at))
      return data.output.annotations_count > before ? data.output.annotations_count : null
    }
    const create = async () => {
      const output = { title, summary, annotations: more }
      await session.once((octokit) => octokit.rest.checks.update({ ...at, output }))
      return before + more.length
    }
    sent = await ensure({ find, create }, fence, session.signal, null)
  }
}

function bodyOf({ path, line, level, title, message }: CheckAnnotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message }
}
