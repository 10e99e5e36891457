import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JobRequest } from '../../contract/index.ts'
import { HandoffError } from '../../pipeline/ports/index.ts'
import type { LocatedRepository } from '../locate-repository.ts'
import type { RepositorySession } from '../repository-session.ts'
import { artifactName, isOurs, jobWorkflow, titleOf, type WorkflowRun, workflowRunSchema } from './workflow-run.ts'

const dispatchedSchema = z.object({ workflow_run_id: z.int().positive() })
const runsSchema = z.object({ workflow_runs: z.array(workflowRunSchema) })
const artifactsSchema = z.object({
  artifacts: z.array(
    z.object({
      id: z.int().positive(),
      name: z.string(),
      size_in_bytes: z.int().nonnegative(),
      expired: z.boolean(),
      digest: z.string().nullish(),
    }),
  ),
})

/** Far more than a change may have, packed. */
const mostBytes = 64 * 1024 * 1024
export interface Place {
  readonly session: RepositorySession
  readonly at: LocatedRepository
}

/** Runs of this job that the App started, the newest first. Null: the repository has no such workflow. */
export async function listRuns(
  { session, at: { owner, repo } }: Place,
  { id }: JobRequest,
  botLogin: string,
): Promise<readonly WorkflowRun[] | null> {
  // The last hundred that the App dispatched in this repository.
  const asked = { workflow_id: jobWorkflow, event: 'workflow_dispatch', actor: botLogin, per_page: 100 }
  const found = await session.find((octokit) => octokit.rest.actions.listWorkflowRuns({ owner, repo, ...asked }))
  if (found === null) return null
  return runsSchema
    .parse(found.data)
    .workflow_runs.filter((run) => run.display_title === titleOf(id) && isOurs(run, botLogin))
    .toSorted((one, other) => other.id - one.id)
}

/** Starts a run. Returns its id. */
export async function dispatch(
  { session, at: { owner, repo, defaultBranch } }: Place,
  inputs: Readonly<Record<string, string>>,
): Promise<number> {
  // Once: a second one would be a second run.
  const { data } = await session.once((octokit) =>
    octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      ...{ owner, repo, workflow_id: jobWorkflow, ref: defaultBranch, inputs },
      return_run_details: true,
    }),
  )
  const dispatched = dispatchedSchema.safeParse(data).data
  if (dispatched === undefined) throw new HandoffError('rejected', 'GitHub did not say which run it started')
  return dispatched.workflow_run_id
}

/** Null: it is gone. */
export async function getRun({ session, at: { owner, repo } }: Place, runId: number): Promise<WorkflowRun | null> {
  const found = await session.find((octokit) => octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: runId }))
  return found && workflowRunSchema.parse(found.data)
}

/** One that has ended is left alone. */
export async function cancelRun({ session, at: { owner, repo } }: Place, runId: number): Promise<void> {
  try {
    await session.call((octokit) => octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: runId }))
  } catch (error) {
    if (!(error instanceof HandoffError) || error.retryable) throw error
  }
}

/** What the run handed over, packed. Null where it handed nothing over, or something else than GitHub noted down. */
export async function fetchArtifact(
  { session, at: { owner, repo } }: Place,
  runId: number,
): Promise<Uint8Array | null> {
  const listed = await session.find((octokit) =>
    octokit.rest.actions.listWorkflowRunArtifacts({ owner, repo, run_id: runId, name: artifactName }),
  )
  const [artifact] = listed === null ? [] : artifactsSchema.parse(listed.data).artifacts
  if (artifact?.name !== artifactName || artifact.expired || artifact.size_in_bytes > mostBytes) return null
  const found = await session.find((octokit) =>
    octokit.rest.actions.downloadArtifact({ owner, repo, artifact_id: artifact.id, archive_format: 'zip' }),
  )
  const bytes = found === null ? null : z.instanceof(ArrayBuffer).parse(found.data)
  if (bytes === null || bytes.byteLength > mostBytes) return null
  const zip = new Uint8Array(bytes)
  const noted = artifact.digest ?? null
  return noted === null || noted === `sha256:${createHash('sha256').update(zip).digest('hex')}` ? zip : null
}
