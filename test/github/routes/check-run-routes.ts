import { z } from 'zod'
import { checkRunBody } from '../bodies/check-run-body.ts'
import { time } from '../bodies/user-body.ts'
import { resolveCommit } from '../git/commits.ts'
import { invalid, notFound } from '../http/refusal.ts'
import { created, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { CheckRun } from '../state/entities.ts'

const annotationSchema = z
  .object({
    path: z.string().min(1),
    start_line: z.int().positive(),
    end_line: z.int().positive(),
    start_column: z.int().positive().optional(),
    end_column: z.int().positive().optional(),
    annotation_level: z.enum(['notice', 'warning', 'failure']),
    message: z.string().min(1).max(65_536),
    title: z.string().max(255).optional(),
    raw_details: z.string().max(65_536).optional(),
  })
  .refine(({ start_line, end_line }) => start_line <= end_line, 'end_line is before start_line')
  .refine(
    ({ start_line, end_line, start_column, end_column }) =>
      start_line === end_line || (start_column === undefined && end_column === undefined),
    'columns are only taken on one line',
  )
const outputSchema = z.object({
  title: z.string().optional(),
  summary: z.string().max(65_535),
  text: z.string().max(65_535).optional(),
  annotations: z.array(annotationSchema).max(50).default([]),
})
const actionSchema = z.object({
  label: z.string().max(20),
  description: z.string().max(40),
  identifier: z.string().max(20),
})
const changeSchema = z.object({
  name: z.string().optional(),
  status: z.string().optional(),
  conclusion: z.string().optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: outputSchema.optional(),
  actions: z.array(actionSchema).max(3).optional(),
})
const createSchema = changeSchema.extend({ name: z.string(), head_sha: z.string() })

export const checkRunRoutes: readonly Route[] = [
  repositoryRoute('POST', '/check-runs', ['checks:write'], create),
  repositoryRoute('PATCH', '/check-runs/{check_run_id}', ['checks:write'], update),
  repositoryRoute('GET', '/check-runs/{check_run_id}', ['checks:read'], (call) => ok(bodyOf(call, checkRunOf(call)))),
  repositoryRoute('GET', '/commits/{ref}/check-runs', ['checks:read'], listForRef),
]

async function create(call: RepositoryCall) {
  const { world, repository } = call
  const { head_sha: headSha, ...change } = parseBody(call, createSchema)
  if ((await resolveCommit(repository.gitDir, headSha)) !== headSha)
    throw invalid(`No commit found for SHA: ${headSha}`)
  const run: CheckRun = {
    id: world.state.nextId(),
    appId: world.app.id,
    headSha,
    createdAt: new Date(),
    name: change.name,
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: '',
    startedAt: time(new Date()),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  }
  apply(run, change)
  repository.checkRuns.push(run)
  return created(bodyOf(call, run))
}

function update(call: RepositoryCall) {
  const run = checkRunOf(call)
  apply(run, parseBody(call, changeSchema))
  return ok(bodyOf(call, run))
}

/** A conclusion completes the run, whatever its status was. */
function apply(run: CheckRun, change: z.infer<typeof changeSchema>): void {
  const completes = change.conclusion !== undefined
  if (change.status === 'completed' && !completes && run.conclusion === null) throw invalid('Missing conclusion')
  run.name = change.name ?? run.name
  run.status = completes ? 'completed' : (change.status ?? run.status)
  run.conclusion = change.conclusion ?? run.conclusion
  run.detailsUrl = change.details_url ?? run.detailsUrl
  run.externalId = change.external_id ?? run.externalId
  run.startedAt = change.started_at ?? run.startedAt
  run.completedAt = change.completed_at ?? (completes ? time(new Date()) : run.completedAt)
  run.actions = change.actions?.map(({ identifier }) => identifier) ?? run.actions
  if (change.output === undefined) return
  const { title = null, summary, text = null, annotations } = change.output
  run.output = { title, summary, text }
  run.annotations.push(...annotations)
}

async function listForRef(call: RepositoryCall) {
  const sha = await resolveCommit(call.repository.gitDir, param(call, 'ref'))
  if (sha === undefined) throw invalid(`No commit found for SHA: ${param(call, 'ref')}`)
  const [name, app] = [call.query.get('check_name'), call.query.get('app_id')]
  const runs = call.repository.checkRuns.filter(
    (run) => run.headSha === sha && (name === null || run.name === name) && (app === null || run.appId === Number(app)),
  )
  return page(call, runs, (shown) => ({ total_count: runs.length, check_runs: shown.map((run) => bodyOf(call, run)) }))
}

function checkRunOf(call: RepositoryCall): CheckRun {
  const run = call.repository.checkRuns.find(({ id }) => id === Number(param(call, 'check_run_id')))
  if (!run) throw notFound()
  return run
}

function bodyOf({ world, repository }: RepositoryCall, run: CheckRun) {
  return checkRunBody(world, repository, run)
}
