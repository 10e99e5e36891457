import { z } from 'zod'
import { dispatchWorkflow } from '../actions/workflow-runs.ts'
import { repositoryUrl, webUrl } from '../bodies/repository-body.ts'
import { artifactBody, artifactUrl, workflowRunBody } from '../bodies/workflow-run-body.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { noContent, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { WorkflowRun } from '../state/entities.ts'

const dispatchSchema = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.string()).default({}),
  return_run_details: z.boolean().default(false),
})

/** Workflows of GitHub Actions: started, followed, cancelled, and what they leave. */
export const actionsRoutes: readonly Route[] = [
  repositoryRoute('POST', '/actions/workflows/{workflow_id}/dispatches', ['actions:write'], async (call) => {
    const { world, repository } = call
    const { ref, inputs, return_run_details: tells } = parseBody(call, dispatchSchema)
    const asked = { workflow: param(call, 'workflow_id'), ref, inputs, by: world.app.bot }
    const run = await dispatchWorkflow(world, repository, asked)
    if (!tells) return noContent()
    return ok({
      workflow_run_id: run.id,
      run_url: `${repositoryUrl(world, repository)}/actions/runs/${run.id}`,
      html_url: `${webUrl(world, repository)}/actions/runs/${run.id}`,
    })
  }),
  repositoryRoute('GET', '/actions/workflows/{workflow_id}/runs', ['actions:read'], (call) => {
    const { world, repository, query } = call
    const path = `.github/workflows/${param(call, 'workflow_id')}`
    const runs = repository.runs
      .filter((run) => run.path === path)
      .filter((run) => run.actor.login === (query.get('actor') ?? run.actor.login))
      .toReversed()
    return page(call, runs, (shown) => ({
      total_count: runs.length,
      workflow_runs: shown.map((run) => workflowRunBody(world, repository, run)),
    }))
  }),
  repositoryRoute('GET', '/actions/runs/{run_id}', ['actions:read'], (call) =>
    ok(workflowRunBody(call.world, call.repository, runOf(call))),
  ),
  repositoryRoute('POST', '/actions/runs/{run_id}/cancel', ['actions:write'], (call) => {
    const run = runOf(call)
    if (run.status === 'completed') throw new Refusal(409, 'Cannot cancel a workflow run that is completed.')
    call.world.runners.cancel(run)
    return { status: 202, body: {} }
  }),
  repositoryRoute('GET', '/actions/runs/{run_id}/artifacts', ['actions:read'], (call) => {
    const run = runOf(call)
    const name = call.query.get('name')
    const found = run.artifacts.filter((artifact) => name === null || artifact.name === name)
    return page(call, found, (shown) => ({
      total_count: found.length,
      artifacts: shown.map((artifact) => artifactBody(call.world, call.repository, run, artifact)),
    }))
  }),
  repositoryRoute('GET', '/actions/artifacts/{artifact_id}/{archive_format}', ['actions:read'], (call) => {
    const id = Number(param(call, 'artifact_id'))
    const found = call.repository.runs.flatMap(({ artifacts }) => artifacts).find((artifact) => artifact.id === id)
    if (found === undefined || param(call, 'archive_format') !== 'zip') throw notFound()
    return { status: 302, headers: { location: artifactUrl(call.world, found) } }
  }),
]

function runOf(call: RepositoryCall): WorkflowRun {
  const id = Number(param(call, 'run_id'))
  const run = call.repository.runs.find((one) => one.id === id)
  if (run === undefined) throw notFound()
  return run
}
