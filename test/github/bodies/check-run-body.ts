import type { CheckRun, Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { appBody } from './app-body.ts'
import { repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId } from './user-body.ts'

export function checkRunBody(world: World, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`
  const web = `${webUrl(world, repository)}/runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: web,
    details_url: run.detailsUrl ?? web,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.id },
    app: { ...appBody(world), id: run.appId },
    pull_requests: [],
  }
}
