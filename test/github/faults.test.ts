import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolder, createInstallationOctokit, git, mintToken } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'
import type { Repository } from './state/entities.ts'

const at = { owner: 'acme', repo: 'widgets', issue_number: 1 }
const comments = { method: 'POST', path: '/repos/{owner}/{repo}/issues/{issue_number}/comments' }

describe('faults on command', () => {
  let standIn: GitHubStandIn
  let repository: Repository
  let octokit: ReturnType<typeof createInstallationOctokit>

  beforeEach(async () => {
    standIn = await createGitHubStandIn()
    repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
    await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })
    octokit = createInstallationOctokit(standIn)
  })

  afterEach(() => standIn[Symbol.asyncDispose]())

  const comment = () => octokit.rest.issues.createComment({ ...at, body: 'hello' })

  it('answers as many requests as asked with a 5xx, then goes on', async () => {
    standIn.failNext(comments, { status: 502, times: 2 })

    await expect(comment()).rejects.toMatchObject({ status: 502 })
    await expect(comment()).rejects.toMatchObject({ status: 502 })
    await comment()

    expect(repository.comments).toHaveLength(1)
  })

  it('meets only the requests that fit', async () => {
    standIn.failNext({ method: 'PATCH', path: comments.path }, { status: 500 })
    standIn.failNext({ path: /\/issues\/2\// }, { status: 500 })

    await comment()

    expect(standIn.unusedFaults).toHaveLength(2)
  })

  it('answers with the headers of a rate limit', async () => {
    standIn.failNext(comments, { status: 403, retryAfterSeconds: 7 })

    await expect(comment()).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'retry-after': '7', 'x-ratelimit-remaining': '0' } },
    })
  })

  it('answers with a limit that names no time in any header', async () => {
    standIn.failNext(comments, { status: 403, limitWithoutTime: true })

    const error = await comment().catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({
      status: 403,
      response: { data: { documentation_url: expect.stringContaining('rate-limits') } },
    })
    expect(error).not.toMatchObject({ response: { headers: { 'retry-after': expect.anything() } } })
    expect(error).not.toMatchObject({ response: { headers: { 'x-ratelimit-remaining': '0' } } })
  })

  it('answers with a 401', async () => {
    const { token } = await mintToken(standIn)
    standIn.failNext({ path: '/repos/acme/widgets' }, { status: 401 })
    // Not by octokit, which tries a young token again after a 401.
    const ask = () =>
      fetch(`${standIn.url}/api/v3/repos/acme/widgets`, { headers: { authorization: `bearer ${token}` } })

    expect((await ask()).status).toBe(401)
    expect((await ask()).status).toBe(200)
  })

  it('drops the connection before anything is done', async () => {
    standIn.failNext(comments, 'timeout-before')

    await expect(comment()).rejects.toThrow()

    expect(repository.comments).toEqual([])
    expect(standIn.failures).toEqual([])
  })

  it('does the thing, then drops the connection', async () => {
    standIn.failNext(comments, 'timeout-after-effect')

    await expect(comment()).rejects.toThrow()

    expect(repository.comments).toMatchObject([{ body: 'hello' }])
    expect(standIn.requests.at(-1)).toMatchObject({ fault: 'timeout-after-effect', status: undefined })
  })

  it('holds a request before its effect until it is released', async () => {
    const held = standIn.hold(comments, 'before')
    const answer = comment()

    await held.reached
    expect(repository.comments).toEqual([])
    held.release()

    expect((await answer).status).toBe(201)
  })

  it('holds an answer after its effect', async () => {
    const held = standIn.hold(comments, 'after-effect')
    const answer = comment()

    await held.reached
    expect(repository.comments).toHaveLength(1)
    held.release()

    expect((await answer).status).toBe(201)
  })

  it('waits until something is so, and says when it never gets so', async () => {
    const soon = standIn.until(() => repository.comments.length === 2, 5_000)
    await comment()
    await comment()

    await soon
    await expect(standIn.until(() => false, 20)).rejects.toThrow(/still not so after 20 ms/)
  })

  it('fails git as well', async () => {
    await using folder = await createFolder()
    const { token } = await mintToken(standIn)
    const clone = () => git(folder.path, token, 'clone', '--quiet', `${standIn.url}/acme/widgets.git`, 'clone')
    standIn.failNext({ path: '/acme/widgets.git/info/refs' }, { status: 503 })

    await expect(clone()).rejects.toThrow(/503/)
    await expect(clone()).resolves.toBe('')
  })
})
