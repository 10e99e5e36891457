import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createInstallationOctokit, mintToken } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'

const at = { owner: 'acme', repo: 'widgets' }

describe("requests are held against GitHub's OpenAPI description", () => {
  let standIn: GitHubStandIn
  let octokit: ReturnType<typeof createInstallationOctokit>

  beforeEach(async () => {
    standIn = await createGitHubStandIn({ openapi: true })
    const repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
    await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })
    octokit = createInstallationOctokit(standIn)
  })

  afterEach(() => standIn[Symbol.asyncDispose]())

  const violations = () => standIn.requests.flatMap((request) => request.violations)

  it('passes a right request', async () => {
    await octokit.rest.issues.addLabels({ ...at, issue_number: 1, labels: ['bug'] })
    await octokit.rest.pulls.list({ ...at, head: 'acme:x', state: 'all', per_page: 5 })

    expect(violations()).toEqual([])
  })

  it('records and refuses a body that lacks what is needed', async () => {
    const asked = octokit.request('POST /repos/{owner}/{repo}/git/refs', {
      ...at,
      ref: 'refs/heads/x',
      sha: 7,
    } as never)

    await expect(asked).rejects.toMatchObject({ status: 422 })
    expect(violations()).toEqual(['body/sha: must be string {"type":"string"}'])
  })

  it('records a slip of the pen in a property, which GitHub would leave out without a word', async () => {
    const pull = { ...at, title: 't', head: 'a', base: 'main', darft: true }

    await expect(octokit.rest.pulls.create(pull)).rejects.toMatchObject({ status: 422 })

    expect(violations()).toEqual(['body: has no property darft'])
  })

  it('records a query and a path parameter that are wrong', async () => {
    await expect(octokit.request(`GET /repos/acme/widgets/pulls?status=open&state=opened`)).rejects.toMatchObject({
      status: 422,
    })
    await expect(octokit.request('GET /repos/acme/widgets/issues/one')).rejects.toMatchObject({ status: 422 })

    expect(violations()).toEqual([
      expect.stringContaining('"additionalProperty":"status"'),
      expect.stringContaining('query/state: must be equal to one of the allowed values'),
      expect.stringContaining('path/issue_number: must be integer'),
    ])
  })

  it('records a body that is not JSON', async () => {
    const { token } = await mintToken(standIn)
    const headers = { authorization: `bearer ${token}`, 'content-type': 'application/json' }

    const { status } = await fetch(`${standIn.url}/api/v3/repos/acme/widgets/git/blobs`, {
      method: 'POST',
      headers,
      body: '{"content":',
    })

    expect(status).toBe(422)
    expect(violations()).toEqual(['body: not JSON'])
  })

  it('records a request that no route is made for', async () => {
    await expect(octokit.rest.pulls.merge({ ...at, pull_number: 1 })).rejects.toMatchObject({ status: 404 })
    await fetch(`${standIn.url}/login/oauth/authorize`)

    expect(standIn.unexpected.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /repos/acme/widgets/pulls/1/merge',
      'GET /login/oauth/authorize',
    ])
  })
})
