import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wording } from '../../app/replies/wording.ts'
import type { Finding, JobRequest } from '../../worker/contract/index.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'
import { type Analysis, type CodeScanning, createCodeScanning } from '../../worker/github/code-scanning.ts'
import { createGrantedPermissions } from '../../worker/github/granted-permissions.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { git } from '../github/clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository } from '../github/state/entities.ts'
import { createMemoryVault } from './memory-vault.ts'
import { createLog, type Logged, openFence, requestOf } from './mock-github.ts'

const sarifs = '/repos/{owner}/{repo}/code-scanning/sarifs'
const branch = 'airlock/issue-1-job0000001'
const finding: Finding = {
  gate: 'size',
  rule: 'large-file',
  severity: 'hold',
  path: 'a.txt',
  line: 1,
  message: 'Too large. Thanks @octocat, [look](https://evil.example).',
  fingerprint: 'ab'.repeat(16),
}

let standIn: GitHubStandIn
let repository: Repository
let request: JobRequest
let analysis: Analysis
let log: Logged
let codeScanning: CodeScanning

beforeEach(async () => {
  standIn = await createGitHubStandIn({ openapi: true })
  repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
  const commit = await standIn.commit(repository, { branch, message: 'x', files: { 'a.txt': 'two\n' } })
  const { owner, name, id } = repository
  request = requestOf({
    installationId: standIn.installationId,
    repository: { id, owner: owner.login, name, private: true, defaultBranch: 'main' },
  })
  analysis = { findings: [finding], branch, commit, fence: openFence }
  log = createLog()
  const { id: appId, privateKey } = standIn.app
  const app = { appId, privateKey, baseUrl: `${standIn.url}/api/v3` }
  const tokens = createInstallationTokens({ ...app, vault: createMemoryVault(), log })
  codeScanning = createCodeScanning({ tokens, granted: createGrantedPermissions(app), wording, toSarif, log })
})

afterEach(async () => {
  const { failures, unexpected, unusedFaults } = standIn
  const violations = standIn.requests.flatMap((made) => made.violations)
  const live = standIn.tokens.live().length
  await standIn[Symbol.asyncDispose]()
  const nothing = { failures: [], unexpected: [], violations: [], unusedFaults: [], live: 0 }
  expect({ failures, unexpected, violations, unusedFaults, live }).toEqual(nothing)
})

const uploads = () => standIn.requests.filter(({ template }) => template === sarifs)

describe('code scanning', () => {
  it('gets nothing, and no token is asked for, where the permission was not granted', async () => {
    await codeScanning.upload(request, analysis)

    expect(standIn.requests.map(({ method, template }) => `${method} ${template}`)).toEqual([
      'GET /app/installations/{installation_id}',
    ])
    expect(log.lines).toEqual([])
  })

  it('gets nothing where the permission is to read alone', async () => {
    standIn.grant({ security_events: 'read' })

    await codeScanning.upload(request, analysis)

    expect(uploads()).toEqual([])
  })

  it('gets the findings of our commit on our branch, with a token for that and nothing else', async () => {
    standIn.grant({ security_events: 'write' })

    await codeScanning.upload(request, analysis)

    const [uploaded] = repository.analyses
    expect(uploaded).toMatchObject({
      commitSha: await git(repository.gitDir, undefined, 'rev-parse', branch),
      ref: `refs/heads/${branch}`,
      tool: 'Airlock',
      category: 'airlock',
    })
    expect(uploaded?.sarif).toContain('"primaryLocationLineHash":"abab')
    expect(standIn.tokens.minted.map(({ permissions }) => permissions)).toEqual([
      { security_events: 'write', metadata: 'read' },
    ])
    expect(log.lines).toEqual([])
  })

  it('is sent no text that acts, whatever a finding quotes', async () => {
    standIn.grant({ security_events: 'write' })

    await codeScanning.upload(request, analysis)

    expect(repository.analyses[0]?.sarif).toContain('Too large. Thanks')
    expect(repository.analyses[0]?.sarif).not.toMatch(/@octocat|\]\(|https:\/\/evil/)
  })

  it('hears of a clean change too', async () => {
    standIn.grant({ security_events: 'write' })

    await codeScanning.upload(request, { ...analysis, findings: [] })

    expect(repository.analyses).toHaveLength(1)
    expect(repository.analyses[0]?.sarif).toContain('"results":[]')
  })

  it('has one analysis of a commit, also when it is told twice and when its answer was lost', async () => {
    standIn.grant({ security_events: 'write' })
    standIn.failNext({ method: 'POST', path: sarifs }, 'timeout-after-effect')

    await codeScanning.upload(request, analysis)
    await codeScanning.upload(request, analysis)

    expect(repository.analyses).toHaveLength(1)
    expect(uploads()).toHaveLength(3)
    expect(log.lines).toEqual([])
  })

  it('that is switched off is tried without harm and logged once', async () => {
    standIn.grant({ security_events: 'write' })
    repository.codeScanning = false

    for (const _job of [1, 2, 3]) await codeScanning.upload(request, analysis)

    expect(uploads()).toHaveLength(3)
    expect(log.lines.map(({ message }) => message)).toEqual(['code scanning takes no findings of this repository'])
  })

  it.each([400, 413, 503])('that answers %i stops nothing and is logged', async (status) => {
    standIn.grant({ security_events: 'write' })
    standIn.failNext({ method: 'POST', path: sarifs }, { status, times: status === 503 ? 4 : 1 })

    await codeScanning.upload(request, analysis)

    expect(log.lines.map(({ message }) => message)).toEqual(['findings could not be uploaded to code scanning'])
  })

  it('is told nothing by an attempt that was overtaken', async () => {
    standIn.grant({ security_events: 'write' })
    const check = async () => {
      throw new FenceLostError('overtaken')
    }

    await codeScanning.upload(request, { ...analysis, fence: { check } })

    expect(uploads()).toEqual([])
  })

  it('takes the worst where there are more findings than it shows', async () => {
    standIn.grant({ security_events: 'write' })
    const notes = Array.from({ length: 6000 }, () => ({ ...finding, severity: 'note' as const }))

    await codeScanning.upload(request, { ...analysis, findings: [...notes, { ...finding, severity: 'block' }] })

    const sarif = repository.analyses[0]?.sarif ?? ''
    expect(sarif.match(/"level":"note"/g)).toHaveLength(4999)
    expect(sarif.match(/"level":"error"/g)?.length).toBeGreaterThan(0)
  })
})
