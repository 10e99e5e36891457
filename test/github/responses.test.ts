import { gzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAppOctokit, createInstallationOctokit, createTokenOctokit } from './clients.ts'
import { loadDescription } from './openapi/description.ts'
import { toJsonSchema } from './openapi/to-json-schema.ts'
import { routes } from './routes/routes.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'

const at = { owner: 'acme', repo: 'widgets' }
const issue = { ...at, issue_number: 1 }

interface Answer {
  readonly route: string
  readonly status: number
  readonly data: unknown
}

describe("answers are as GitHub's OpenAPI description has them", () => {
  let standIn: GitHubStandIn
  const answers: Answer[] = []

  beforeAll(async () => {
    standIn = await createGitHubStandIn({ openapi: true })
    await visitEveryRoute(standIn, answers)
  })

  afterAll(() => standIn[Symbol.asyncDispose]())

  it('asks every route', () => {
    const asked = new Set(answers.map(({ route }) => route))

    expect(routes.map(({ method, template }) => `${method} ${template}`).filter((route) => !asked.has(route))).toEqual(
      [],
    )
  })

  it('answers each with the status and the body that are described', async () => {
    const description = await loadDescription()
    const ajv = formats.default(new Ajv({ strict: false, allErrors: true, logger: false }))

    const wrong = answers.flatMap(({ route, status, data }) => {
      const [method = '', template = ''] = route.split(' ')
      const responses = description.operation(method, template)?.responses
      if (!responses?.has(String(status))) return [`${route}: ${status} is not described`]
      const schema = responses.get(String(status))
      if (!schema) return []
      const validate = ajv.compile(toJsonSchema(schema, description.schemas))
      if (validate(data)) return []
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${route}${instancePath}: ${message} ${JSON.stringify(params)}`,
      )
    })

    // The description has an account be a user and an enterprise at once here.
    expect(wrong.filter((line) => !line.startsWith('GET /app/installations/0/account'))).toEqual([])
  })
})

async function visitEveryRoute(standIn: GitHubStandIn, answers: Answer[]): Promise<void> {
  const repository = await standIn.createRepository({
    name: 'widgets',
    files: { 'a.txt': 'one\n', 'dir/b.txt': 'b\n', '.github/workflows/job.yml': 'on:\n  workflow_dispatch:\n' },
  })
  standIn.addCollaborator(repository, 'mona', 'write')
  await standIn.openIssue(repository, { title: 'Broken', body: 'It is.', by: 'mona' })
  standIn.grant({ security_events: 'write', members: 'read', administration: 'read', actions: 'write' })
  standIn.setTeam('acme', 'platform', ['mona'])
  const [app, octokit] = [createAppOctokit(standIn), createInstallationOctokit(standIn)]
  const person = createTokenOctokit(standIn, {
    token: standIn.userToken('mona', { kind: 'app', appId: standIn.app.id }),
  })
  for (const client of [app, octokit, person]) {
    client.hook.after('request', ({ status, data }, { method, url }) => {
      answers.push({ route: `${method} ${url}`, status, data })
    })
  }
  const { rest } = octokit

  const { delivery } = await standIn.comment(repository, 1, { body: 'hello', by: 'mona' })
  const attempt = { delivery_id: delivery.id }

  await app.rest.apps.getAuthenticated()
  await app.rest.apps.getWebhookConfigForApp()
  await app.rest.apps.listWebhookDeliveries()
  await app.rest.apps.getWebhookDelivery(attempt)
  await app.rest.apps.redeliverWebhookDelivery(attempt)
  await app.rest.apps.listInstallations()
  await app.rest.apps.getInstallation({ installation_id: standIn.installationId })
  await app.rest.apps.createInstallationAccessToken({
    installation_id: standIn.installationId,
    repositories: ['widgets'],
  })
  await app.rest.apps.getRepoInstallation(at)

  await person.rest.users.getAuthenticated()
  await person.rest.apps.listInstallationsForAuthenticatedUser()

  await rest.apps.listReposAccessibleToInstallation()
  await rest.users.getByUsername({ username: 'mona' })
  await rest.repos.get(at)
  await rest.repos.listBranches(at)
  await rest.repos.getBranch({ ...at, branch: 'main' })
  repository.protectedBranches.add('main')
  repository.ruledApprovals = 1
  await rest.repos.getBranchRules({ ...at, branch: 'main' })
  await rest.repos.getBranchProtection({ ...at, branch: 'main' })
  await rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(at)
  await rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'mona' })
  const workflow = { ...at, workflow_id: 'job.yml' }
  await rest.actions.createWorkflowDispatch({ ...workflow, ref: 'main', return_run_details: true })
  const [run] = repository.runs
  if (run === undefined) throw new Error('no run was started')
  run.artifacts.push({ id: 1, name: 'a', zip: new Uint8Array([1]), createdAt: new Date() })
  await rest.actions.listWorkflowRuns(workflow)
  await rest.actions.getWorkflowRun({ ...at, run_id: run.id })
  await rest.actions.listWorkflowRunArtifacts({ ...at, run_id: run.id })
  await rest.actions.cancelWorkflowRun({ ...at, run_id: run.id })
  const artifact = { ...at, artifact_id: 1, archive_format: 'zip', request: { redirect: 'manual' } } as const
  await rest.actions.downloadArtifact(artifact)
  await rest.repos.getContent({ ...at, path: 'a.txt' })
  await rest.repos.getContent({ ...at, path: 'dir' })

  const base = (await rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha
  const blob = (await rest.git.createBlob({ ...at, content: 'x' })).data.sha
  await rest.git.getBlob({ ...at, file_sha: blob })
  const entry = { path: 'new.txt', mode: '100644', type: 'blob', sha: blob } as const
  const tree = (await rest.git.createTree({ ...at, base_tree: base, tree: [entry] })).data.sha
  await rest.git.getTree({ ...at, tree_sha: tree, recursive: '1' })
  const sha = (await rest.git.createCommit({ ...at, message: 'mend', tree, parents: [base] })).data.sha
  await rest.git.getCommit({ ...at, commit_sha: sha })
  await rest.git.createRef({ ...at, ref: 'refs/heads/airlock/1', sha })
  await rest.git.updateRef({ ...at, ref: 'heads/airlock/1', sha })
  await rest.git.listMatchingRefs({ ...at, ref: 'heads/airlock' })
  await rest.repos.getCommit({ ...at, ref: sha })
  await rest.repos.listCommits({ ...at, sha })
  await rest.repos.listBranchesForHeadCommit({ ...at, commit_sha: base })
  await rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${sha}` })

  const pull = { ...at, pull_number: 2 }
  await rest.pulls.create({ ...at, title: 'Mend', head: 'airlock/1', base: 'main', body: 'Closes #1', draft: true })
  await rest.pulls.list(at)
  await rest.pulls.get(pull)
  await rest.pulls.listCommits(pull)
  await rest.pulls.listFiles(pull)
  await rest.pulls.update({ ...pull, body: 'Closes #1.' })
  await rest.pulls.requestReviewers({ ...pull, reviewers: ['mona'] })
  const note = { path: 'new.txt', line: 1, body: 'Why?' }
  const { review, comments } = await standIn.review(repository, 2, { by: 'mona', body: 'Hm.', notes: [note] })
  const noted = { ...at, comment_id: comments[0]?.id ?? 0 }
  await rest.pulls.getReview({ ...pull, review_id: review.id })
  await rest.pulls.listReviewComments(pull)
  await rest.pulls.getReviewComment(noted)
  await rest.pulls.updateReviewComment({ ...noted, body: 'Why so?' })
  await rest.pulls.createReplyForReviewComment({ ...noted, ...pull, body: 'Because.' })
  await rest.reactions.createForPullRequestReviewComment({ ...noted, content: 'eyes' })

  await rest.teams.getByName({ org: 'acme', team_slug: 'platform' })
  await rest.teams.getMembershipForUserInOrg({ org: 'acme', team_slug: 'platform', username: 'mona' })
  await rest.issues.listForRepo(at)
  await rest.issues.create({ ...at, title: 'Another' })
  await rest.issues.get(issue)
  await rest.issues.update({ ...issue, milestone: 1 })
  await rest.issues.addLabels({ ...issue, labels: ['bug'] })
  await rest.issues.listLabelsOnIssue(issue)
  await rest.issues.listEvents(issue)
  await rest.issues.getLabel({ ...at, name: 'bug' })
  await rest.issues.removeLabel({ ...issue, name: 'bug' })
  const comment_id = (await rest.issues.createComment({ ...issue, body: 'hello' })).data.id
  await rest.issues.getComment({ ...at, comment_id })
  await rest.issues.updateComment({ ...at, comment_id, body: 'hello again' })
  await rest.issues.listComments(issue)
  await rest.reactions.createForIssue({ ...issue, content: 'eyes' })
  await rest.reactions.createForIssueComment({ ...at, comment_id, content: 'rocket' })
  await rest.issues.deleteComment({ ...at, comment_id })

  const check_run_id = (await rest.checks.create({ ...at, name: 'Airlock', head_sha: sha, status: 'queued' })).data.id
  await rest.checks.update({ ...at, check_run_id, conclusion: 'neutral', output: { title: 't', summary: 's' } })
  await rest.checks.get({ ...at, check_run_id })
  await rest.checks.listForRef({ ...at, ref: sha })
  const result = { tool: { driver: { name: 'Airlock', rules: [] } }, results: [] }
  const sarif = gzipSync(JSON.stringify({ $schema: 'https://example.com', version: '2.1.0', runs: [result] }))
  const upload = { commit_sha: sha, ref: 'refs/heads/airlock/1', sarif: sarif.toString('base64') }
  await rest.codeScanning.uploadSarif({ ...at, ...upload })
  await rest.git.deleteRef({ ...at, ref: 'heads/airlock/1' })
  await rest.apps.revokeInstallationAccessToken()
}
