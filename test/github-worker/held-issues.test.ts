import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wording } from '../../app/replies/wording.ts'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createBotLogin } from '../../worker/github/app-identity.ts'
import { createHeldIssues } from '../../worker/github/held-issues.ts'
import { createInstallationTokens } from '../../worker/github/installation-tokens.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository } from '../github/state/entities.ts'
import { createMemoryVault } from './memory-vault.ts'
import { createLog, never, openFence, requestOf } from './mock-github.ts'

let standIn: GitHubStandIn
let repository: Repository
let request: JobRequest

beforeEach(async () => {
  standIn = await createGitHubStandIn({ openapi: true })
  repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
  const { owner, name, id } = repository
  const schedule = { digest: 'c'.repeat(64), cron: '0 * * * *', due: '2026-11-29T08:00:00.000Z' }
  request = requestOf({
    installationId: standIn.installationId,
    repository: { id, owner: owner.login, name, private: true, defaultBranch: 'main' },
    subject: null,
    trigger: { ...requestOf().trigger, kind: 'schedule', commentId: null, schedule },
  })
})

afterEach(async () => {
  const { failures, unexpected } = standIn
  const violations = standIn.requests.flatMap((made) => made.violations)
  const live = standIn.tokens.live().length
  await standIn[Symbol.asyncDispose]()
  expect({ failures, unexpected, violations, live }).toEqual({ failures: [], unexpected: [], violations: [], live: 0 })
})

function placeFor(asked: JobRequest) {
  const { id: appId, privateKey } = standIn.app
  const app = { appId, privateKey, baseUrl: `${standIn.url}/api/v3` }
  const tokens = createInstallationTokens({ ...app, vault: createMemoryVault(), log: createLog() })
  return createHeldIssues({ tokens, wording, botLogin: createBotLogin(app), fence: openFence })(asked, never)
}

describe('the issue where it is decided on what was asked for on none', () => {
  it('is opened once and used again while it is open, also where somebody else has copied its mark', async () => {
    const first = await placeFor(request)
    const body = repository.issues[0]?.body ?? ''
    await standIn.openIssue(repository, { by: 'eve', title: 'Mine', body })

    const again = await placeFor({ ...request, id: 'another001' })
    await standIn.closeIssue(repository, first?.number ?? 0, { by: 'ada' })
    const anew = await placeFor(request)

    expect(first).toMatchObject({ kind: 'issue', number: 1 })
    expect(again?.number).toBe(1)
    expect(anew?.number).toBe(3)
    expect(body).toContain('approve DIGEST')
  })

  it('is one of its own for a job of the API, also when it is looked for twice', async () => {
    const asked = (id: string): JobRequest => {
      const { schedule: _, ...trigger } = request.trigger
      return { ...request, id, trigger: { ...trigger, kind: 'api' } }
    }

    const numbers = []
    for (const id of ['apijob0001', 'apijob0001', 'apijob0002']) numbers.push((await placeFor(asked(id)))?.number)

    expect(numbers).toEqual([1, 1, 2])
    expect(repository.issues[0]?.body).toContain('asked over the API')
  })

  it('is none for a job that was asked for otherwise, nor where the repository takes none', async () => {
    const { schedule: _, ...trigger } = request.trigger
    expect(await placeFor({ ...request, trigger: { ...trigger, kind: 'label' } })).toBeNull()

    standIn.failNext({ method: 'POST', path: /issues$/ }, { status: 410 })
    expect(await placeFor(request)).toBeNull()
    expect(repository.issues).toEqual([])
  })
})
