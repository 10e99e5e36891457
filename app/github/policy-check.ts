import { z } from 'zod'
import type { CheckAnnotation, CheckRunText, PullEvent } from '../../worker/contract/index.ts'
import type { Attempt } from '../intake/ports.ts'
import type { GitHubClient } from './github-client.ts'

export interface PolicyCheckPlace extends Pick<Attempt, 'fence'> {
  /** The App's own: anybody else's run may bear the same name. */
  readonly appId: number
  readonly event: PullEvent
}

const runSchema = z.object({ id: z.int(), output: z.object({ annotations_count: z.int() }) })
const runsSchema = z.object({ check_runs: z.array(runSchema) })
/** So many annotations GitHub takes in one request; it adds those of a further one to the run. */
const perRequest = 50

/** One finished check run for each head: what an attempt that died left is found, and what is missing of it added. */
export async function writePolicyCheck(
  client: GitHubClient,
  { appId, event, fence }: PolicyCheckPlace,
  { name, title, summary, conclusion, annotations }: CheckRunText,
): Promise<void> {
  const at = { owner: event.repository.owner, repo: event.repository.name }
  const listed = await client.call('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    ...{ ...at, ref: event.headSha, app_id: appId, check_name: name },
  })
  const [written] = runsSchema.parse(listed).check_runs
  const portion = (from: number) => annotations.slice(from, from + perRequest).map(bodyOf)
  const output = (from: number) => ({ title, summary, annotations: portion(from) })

  async function create(): Promise<number> {
    await fence.check()
    const run = { name, head_sha: event.headSha, status: 'completed', conclusion, output: output(0) }
    return runSchema.parse(await client.call('POST /repos/{owner}/{repo}/check-runs', { ...at, ...run })).id
  }

  const id = written?.id ?? (await create())
  const first = written?.output.annotations_count ?? perRequest
  for (let sent = first; sent < annotations.length; sent += perRequest) {
    await fence.check()
    const route = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'
    await client.call(route, { ...at, check_run_id: id, output: output(sent) })
  }
}

function bodyOf({ path, line, level, title, message }: CheckAnnotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message }
}
