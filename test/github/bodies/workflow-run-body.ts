import { createHash } from 'node:crypto'
import type { Artifact, Repository, WorkflowRun } from '../state/entities.ts'
import type { World } from '../world.ts'
import { repositoryBody, repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

export function workflowRunBody(world: World, repository: Repository, run: WorkflowRun) {
  const url = `${repositoryUrl(world, repository)}/actions/runs/${run.id}`
  const web = `${webUrl(world, repository)}/actions/runs/${run.id}`
  const created = time(run.createdAt)
  return {
    id: run.id,
    name: 'Airlock',
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.branch,
    head_sha: run.headSha,
    path: run.path,
    display_title: run.title,
    run_number: 1,
    run_attempt: run.attempt,
    event: 'workflow_dispatch',
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    url,
    html_url: web,
    pull_requests: [],
    created_at: created,
    updated_at: created,
    run_started_at: created,
    actor: userBody(world, run.actor),
    triggering_actor: userBody(world, run.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(world, repository)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${repositoryUrl(world, repository)}/actions/workflows/1`,
    head_commit: null,
    repository: repositoryBody(world, repository),
    head_repository: repositoryBody(world, repository),
  }
}

export function artifactUrl(world: World, { id }: Artifact): string {
  return `${world.url}/artifacts/${id}`
}

export function artifactBody(world: World, repository: Repository, run: WorkflowRun, artifact: Artifact) {
  const url = `${repositoryUrl(world, repository)}/actions/artifacts/${artifact.id}`
  const created = time(artifact.createdAt)
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: false,
    created_at: created,
    updated_at: created,
    expires_at: time(new Date(artifact.createdAt.getTime() + 24 * 60 * 60 * 1000)),
    digest: `sha256:${createHash('sha256').update(artifact.zip).digest('hex')}`,
    workflow_run: {
      id: run.id,
      repository_id: repository.id,
      head_repository_id: repository.id,
      head_branch: run.branch,
      head_sha: run.headSha,
    },
  }
}
