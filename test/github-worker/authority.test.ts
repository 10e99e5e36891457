import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome, Permission } from '../../worker/contract/index.ts'
import { type AuthorityDeps, createAuthority } from '../../worker/github/authority.ts'
import { type MockGitHub, mockGitHub, never, repo, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

const request = requestOf()
const same: AuthorityDeps['policyDigest'] = async () => request.policyDigest
const botLogin = async () => 'airlock[bot]'
const ada = { id: 5, login: 'ada' }

function recheck(policyDigest = same, least: Permission = 'write'): Promise<Outcome | null> {
  const { policy } = request
  const asked = { ...request, policy: { ...policy, triggers: { ...policy.triggers, permission: least } } }
  return createAuthority({ tokens: github.tokens, policyDigest, outsideTeams: async () => null, botLogin }).recheck(
    asked,
    never,
  )
}

function expectStart(change: object = {}): void {
  github.expectToken({ metadata: 'read', contents: 'read' })
  github.expectLocate(change)
}
const lookAtActor = () => github.api.get(`${repo}/collaborators/ada/permission`)
const lookAtBranch = () => github.api.get(`${repo}/branches/main`)
const moved = 'f'.repeat(40)
const compare = () => github.api.get(`${repo}/compare/${request.base.sha}...${moved}?per_page=1&page=2`)

const expectSameBranch = () => lookAtBranch().reply(200, { commit: { sha: request.base.sha } })

function expectWriter(): void {
  expectStart()
  lookAtActor().reply(200, { permission: 'write', role_name: 'write', user: ada })
}

describe('a team that the policy asks for', () => {
  const inTeam = (outsideTeams: AuthorityDeps['outsideTeams']) => {
    const { policy } = request
    const asked = { ...request, policy: { ...policy, triggers: { ...policy.triggers, teams: ['platform'] } } }
    return createAuthority({ tokens: github.tokens, policyDigest: same, outsideTeams, botLogin }).recheck(asked, never)
  }

  it('is looked at again: whoever left it since they asked starts nothing', async () => {
    expectWriter()
    expectSameBranch()
    const asked: unknown[] = []

    const refused = await inTeam(async (_at, _request, login, teams) => {
      asked.push([login, teams])
      return 'ada is in none of the teams platform'
    })

    expect(asked).toEqual([['ada', ['platform']]])
    expect(refused).toMatchObject({
      outcome: 'refused',
      reason: 'permission-lost',
      detail: 'ada is in none of the teams platform',
    })
  })

  it('keeps nobody away who is in it', async () => {
    expectWriter()
    expectSameBranch()

    await expect(inTeam(async () => null)).resolves.toBeNull()
  })
})

describe('what was allowed at the trigger', () => {
  it('goes on when nothing changed', async () => {
    expectWriter()
    lookAtBranch().reply(200, { commit: { sha: request.base.sha } })

    await expect(recheck()).resolves.toBeNull()
  })

  it('goes on when the branch went on and still has the base', async () => {
    expectWriter()
    lookAtBranch().reply(200, { commit: { sha: moved } })
    compare().reply(200, { status: 'ahead' })

    await expect(recheck()).resolves.toBeNull()
  })

  it('tells where the branch is, where that went on', async () => {
    expectWriter()
    lookAtBranch().reply(200, { commit: { sha: moved } })
    compare().reply(200, { status: 'ahead' })
    const told: string[] = []
    const authority = createAuthority({
      tokens: github.tokens,
      policyDigest: same,
      outsideTeams: async () => null,
      botLogin,
    })

    await authority.recheck(request, never, (head) => told.push(head))

    expect(told).toEqual([moved])
  })

  it.each([
    ['is still in its branch', 'ahead', null],
    ['was taken out of it', 'diverged', 'base-moved'],
  ])('looks also whether a commit that is to be merged %s', async (_what, status, reason) => {
    const theirs = '9'.repeat(40)
    expectWriter()
    expectSameBranch()
    github.api.get(`${repo}/branches/release`).reply(200, { commit: { sha: moved } })
    github.api.get(`${repo}/compare/${theirs}...${moved}?per_page=1&page=2`).reply(200, { status })
    const merges = { ref: 'release', sha: theirs, from: request.base.sha }
    const authority = createAuthority({
      tokens: github.tokens,
      policyDigest: same,
      outsideTeams: async () => null,
      botLogin,
    })

    expect((await authority.recheck({ ...request, merges }, never))?.reason ?? null).toBe(reason)
  })

  it.each([
    ['who may only read by now', { permission: 'read', role_name: 'read', user: ada }],
    ['who may only triage', { permission: 'read', role_name: 'triage', user: ada }],
    ['who was taken off', { permission: 'none', role_name: '', user: ada }],
    ['of the same login and another id', { permission: 'admin', role_name: 'admin', user: { id: 6, login: 'ada' } }],
    ['whom GitHub does not name', { permission: 'admin', role_name: 'admin', user: null }],
    ['with a custom role that is called admin', { permission: 'read', role_name: 'admin', user: ada }],
    ['whose answer cannot be read', { answer: 42 }],
  ])('refuses a person %s', async (_what, answer) => {
    expectStart()
    lookAtActor().reply(200, answer)
    expectSameBranch()

    await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'permission-lost', detail: 'ada' })
  })

  it('refuses a person who is no user any more', async () => {
    expectStart()
    lookAtActor().reply(404)
    expectSameBranch()

    await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'permission-lost', detail: 'ada' })
  })

  it.each([
    ['maintain', { permission: 'write', role_name: 'maintain', user: ada }, null],
    ['maintain', { permission: 'write', role_name: 'write', user: ada }, 'permission-lost'],
    ['triage', { permission: 'read', role_name: 'triage', user: ada }, null],
    ['triage', { permission: 'read', role_name: 'read', user: ada }, 'permission-lost'],
  ] as const)('tells roles apart where the policy asks for %s', async (least, answer, reason) => {
    expectStart()
    lookAtActor().reply(200, answer)
    expectSameBranch()

    expect((await recheck(same, least))?.reason ?? null).toBe(reason)
  })

  it('refuses a base branch that is gone', async () => {
    expectWriter()
    lookAtBranch().reply(404)

    await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'base-missing' })
  })

  it('refuses a base commit that is gone', async () => {
    expectWriter()
    lookAtBranch().reply(200, { commit: { sha: moved } })
    compare().reply(404)

    await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'base-moved' })
  })

  it.each(['diverged', 'behind'])(
    'refuses a base that the branch has no more, though it is kept: %s',
    async (status) => {
      expectWriter()
      lookAtBranch().reply(200, { commit: { sha: moved } })
      compare().reply(200, { status })

      await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'base-moved' })
    },
  )

  it.each([
    ['still writes', { permission: 'write', role_name: 'write', user: { id: 8, login: 'bea' } }, null],
    [
      'may only read by now',
      { permission: 'read', role_name: 'read', user: { id: 8, login: 'bea' } },
      'permission-lost',
    ],
    ['is somebody else by now', { permission: 'admin', user: { id: 9, login: 'bea' } }, 'permission-lost'],
  ])('asks of the one who approved, too: who %s', async (_who, answer, reason) => {
    expectWriter()
    github.api.get(`${repo}/collaborators/bea/permission`).reply(200, answer)
    expectSameBranch()
    const by = { id: 8, login: 'bea' }
    const at = '2026-11-29T08:00:00.000Z'
    const approval = {
      jobId: 'job0000001',
      digest: 'c'.repeat(64),
      by,
      permission: 'write',
      at,
      eventKey: 'e',
    } as const

    const authority = createAuthority({
      tokens: github.tokens,
      policyDigest: same,
      outsideTeams: async () => null,
      botLogin,
    })
    const refused = await authority.recheck({ ...request, approval }, never)

    expect(refused).toEqual(reason === null ? null : { outcome: 'refused', reason, detail: 'bea' })
  })

  it.each([
    ['still writes', 'write', null],
    ['may only read by now', 'read', { outcome: 'refused', reason: 'permission-lost', detail: 'bea' }],
  ])('asks of each whose words are done with it, too: who %s', async (_who, permission, answer) => {
    expectWriter()
    const bea = { id: 8, login: 'bea' }
    github.api.get(`${repo}/collaborators/bea/permission`).reply(200, { permission, role_name: permission, user: bea })
    expectSameBranch()

    const authority = createAuthority({
      tokens: github.tokens,
      policyDigest: same,
      outsideTeams: async () => null,
      botLogin,
    })
    const joined = [{ jobId: 'job0000001', actor: bea }]

    expect(await authority.recheck({ ...request, joined }, never)).toEqual(answer)
  })

  it('refuses another policy, and one that cannot be read', async () => {
    const invalid: Outcome = { outcome: 'refused', reason: 'policy-invalid', detail: 'line 3' }
    for (const _round of [1, 2]) {
      expectWriter()
      lookAtBranch().reply(200, { commit: { sha: request.base.sha } })
    }

    await expect(recheck(async () => '0'.repeat(64))).resolves.toEqual({ outcome: 'refused', reason: 'policy-changed' })
    await expect(recheck(async () => invalid)).resolves.toEqual(invalid)
  })

  it('names the first thing that is lost, whatever else fails beside it', async () => {
    expectStart()
    lookAtActor().reply(200, { permission: 'read', role_name: 'read', user: ada })
    lookAtBranch().reply(404)
    const unread = async () => {
      throw new Error('not read')
    }

    await expect(recheck(unread)).resolves.toEqual({ outcome: 'refused', reason: 'permission-lost', detail: 'ada' })
  })

  it('refuses an archived repository', async () => {
    expectStart({ archived: true })

    await expect(recheck()).resolves.toEqual({ outcome: 'refused', reason: 'repository-archived' })
  })

  it('refuses a repository that went to another owner', async () => {
    expectStart({ owner: { login: 'mallory' } })

    await expect(recheck()).resolves.toMatchObject({ outcome: 'refused', reason: 'repository-unavailable' })
  })

  it.each([403, 404])('refuses an installation that is suspended or gone (%d)', async (status) => {
    github.api.post('/app/installations/11/access_tokens').reply(status)

    await expect(recheck()).resolves.toMatchObject({ outcome: 'refused', reason: 'repository-unavailable' })
  })

  it('leaves a rate limit to the queue: nobody is refused for it', async () => {
    expectStart()
    lookAtActor().reply(429, {}, { 'retry-after': '90' })
    expectSameBranch()

    await expect(recheck()).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 90_000 })
  })
})

describe('the pull request that a job goes on with', () => {
  const branch = 'airlock/issue-3-0123456789'
  const continues = { pullRequest: 9, branch, commits: [] }
  const asked = { ...request, base: { ...request.base, ref: branch }, continues }
  const ours = {
    state: 'open',
    user: { login: 'airlock[bot]', type: 'Bot' },
    head: { ref: branch, repo: { id: request.repository.id } },
  }

  function recheckOn(pull: object | null, located: object = {}): Promise<Outcome | null> {
    github.expectToken({ metadata: 'read', contents: 'read', pull_requests: 'read' })
    github.expectLocate(located)
    lookAtActor().reply(200, { permission: 'write', role_name: 'write', user: ada })
    github.api
      .get(`${repo}/branches/airlock%2Fissue-3-0123456789`)
      .reply(200, { commit: { sha: request.base.sha }, protected: false })
    github.api.get(`${repo}/pulls/9`).reply(pull === null ? 404 : 200, pull ?? {})
    return createAuthority({
      tokens: github.tokens,
      policyDigest: same,
      outsideTeams: async () => null,
      botLogin,
    }).recheck(asked, never)
  }

  it('control: goes on while it is open and ours', async () => {
    expect(await recheckOn(ours)).toBeNull()
  })

  it.each([
    ['was closed', { ...ours, state: 'closed' }, 'was closed'],
    ['is gone', null, 'is gone'],
    ['is from another branch', { ...ours, head: { ...ours.head, ref: 'airlock/other' } }, 'not from'],
    ['is from a fork', { ...ours, head: { ...ours.head, repo: { id: 4711 } } }, 'not from'],
    ['is from a fork that is gone', { ...ours, head: { ...ours.head, repo: null } }, 'not from'],
    ["is a person's", { ...ours, user: ada }, 'not from'],
    ['is of an account that is gone', { ...ours, user: null }, 'not from'],
  ])('refuses one that %s', async (_what, pull, detail) => {
    expect(await recheckOn(pull)).toMatchObject({
      outcome: 'refused',
      reason: 'pull-request-closed',
      detail: expect.stringContaining(detail),
    })
  })

  it('refuses one whose branch is the default branch by now', async () => {
    expect(await recheckOn(ours, { default_branch: branch })).toMatchObject({ reason: 'pull-request-closed' })
  })
})

describe("a fork's head", () => {
  const fork = { pullRequest: 9, repositoryId: 77 }
  const ofFork = { ...request, base: { ref: 'refs/pull/9/head', sha: request.base.sha }, fork }
  const lookAtPull = () => github.api.get(`${repo}/pulls/9`)
  const at = (sha: string, id: number | null = 77) => ({ head: { sha, repo: id === null ? null : { id } } })
  const ask = () => {
    github.expectToken({ metadata: 'read', contents: 'read', pull_requests: 'read' })
    github.expectLocate()
    lookAtActor().reply(200, { permission: 'write', role_name: 'write', user: ada })
    const deps = { tokens: github.tokens, policyDigest: same, outsideTeams: async () => null, botLogin }
    return createAuthority(deps).recheck(ofFork, never)
  }

  it('is looked for at its pull request', async () => {
    lookAtPull().reply(200, at(request.base.sha))

    expect(await ask()).toBeNull()
  })

  it.each([
    ['ahead', null],
    ['diverged', 'base-moved'],
  ])('that has moved is %s: %j', async (status, reason) => {
    lookAtPull().reply(200, at(moved))
    compare().reply(200, { status })

    expect((await ask())?.reason ?? null).toBe(reason)
  })

  it.each([78, null])('that is of another repository by now is not worked on: %j', async (id) => {
    lookAtPull().reply(200, at(request.base.sha, id))

    expect(await ask()).toMatchObject({ reason: 'base-missing' })
  })
})
