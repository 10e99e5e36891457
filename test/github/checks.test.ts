import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createInstallationOctokit, git } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'
import type { Repository } from './state/entities.ts'

const at = { owner: 'acme', repo: 'widgets' }

let standIn: GitHubStandIn
let repository: Repository
let sha: string

beforeEach(async () => {
  standIn = await createGitHubStandIn()
  repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
  sha = await git(repository.gitDir, undefined, 'rev-parse', 'main')
})

afterEach(() => standIn[Symbol.asyncDispose]())

const annotation = { path: 'a.txt', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'Look.' } as const
const outputOf = (annotations: readonly object[]) => ({ title: 't', summary: 's', annotations: annotations as never })
const many = (count: number) => Array.from({ length: count }, () => annotation)

describe('annotations of check runs', () => {
  const create = (annotations: readonly object[]) =>
    createInstallationOctokit(standIn).rest.checks.create({
      ...at,
      ...{ name: 'x', head_sha: sha, status: 'completed', conclusion: 'success', output: outputOf(annotations) },
    })

  it('are appended by updates, 50 a request, and counted', async () => {
    const { data: made } = await create(many(50))
    const update = { ...at, check_run_id: made.id, output: outputOf(many(3)) }
    const { data: updated } = await createInstallationOctokit(standIn).rest.checks.update(update)

    expect([made, updated].map(({ output }) => output.annotations_count)).toEqual([50, 53])
  })

  it.each([
    ['51 in a request', many(51)],
    ['no path', [{ ...annotation, path: undefined }]],
    ['no line', [{ ...annotation, start_line: undefined }]],
    ['line 0', [{ ...annotation, start_line: 0 }]],
    ['an end before its start', [{ ...annotation, start_line: 2 }]],
    ['a level that does not exist', [{ ...annotation, annotation_level: 'error' }]],
    ['a title of 256 characters', [{ ...annotation, title: 'x'.repeat(256) }]],
  ])('are refused with %s', async (_what, annotations) => {
    await expect(create(annotations)).rejects.toMatchObject({ status: 422 })
    expect(repository.checkRuns).toEqual([])
  })
})

describe('code scanning', () => {
  const run = { tool: { driver: { name: 'x', rules: [] } }, automationDetails: { id: 'mine/1' }, results: [] }
  const good = { $schema: 'https://example.com', version: '2.1.0', runs: [run] }
  const packed = (sarif: object) => gzipSync(JSON.stringify(sarif)).toString('base64')
  const upload = (sarif = packed(good), change = {}) =>
    createInstallationOctokit(standIn).rest.codeScanning.uploadSarif({
      ...at,
      ...{ commit_sha: sha, ref: 'refs/heads/main', sarif, ...change },
    })

  it('takes SARIF with the permission, and another of the same category in its place', async () => {
    standIn.grant({ security_events: 'write' })

    expect(await upload()).toMatchObject({ status: 202 })
    await upload()

    expect(repository.analyses).toMatchObject([{ ref: 'refs/heads/main', tool: 'x', category: 'mine' }])
  })

  it.each([
    ['without the permission', 403, () => undefined, {}],
    ['with the permission to read', 403, () => standIn.grant({ security_events: 'read' }), {}],
    [
      'where it is switched off',
      403,
      () => {
        standIn.grant({ security_events: 'write' })
        repository.codeScanning = false
      },
      {},
    ],
    [
      'of a commit that is not there',
      404,
      () => standIn.grant({ security_events: 'write' }),
      { commit_sha: 'b'.repeat(40) },
    ],
    [
      'of a branch that is not there',
      404,
      () => standIn.grant({ security_events: 'write' }),
      { ref: 'refs/heads/none' },
    ],
  ])('refuses %s with %i', async (_what, status, prepare, change) => {
    prepare()

    await expect(upload(packed(good), change)).rejects.toMatchObject({ status })
  })

  it.each([
    ['what is not compressed', Buffer.from(JSON.stringify(good)).toString('base64')],
    ['another version', packed({ ...good, version: '2.0.0' })],
    ['a result without a fingerprint', packed({ ...good, runs: [{ ...run, results: [{ message: { text: 'x' } }] }] })],
  ])('refuses %s', async (_what, sarif) => {
    standIn.grant({ security_events: 'write' })

    await expect(upload(sarif)).rejects.toMatchObject({ status: 400 })
  })
})
