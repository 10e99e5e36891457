import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { mintToken } from '../../github/clients.ts'
import { type ApiWorld, bearer, classic, errorIn, jobIn, startApiWorld } from './api-world.ts'

let world: ApiWorld
let clock: number
const task = { repository: 'acme/library', task: 'Mend the sum.' }

beforeEach(async () => {
  clock = Date.now()
  world = await startApiWorld(() => clock)
})
afterEach(() => world[Symbol.asyncDispose]())

/** Judged in Redis, beside what a good token of the same person's does. */
async function expectNoJob(token: string | null, status: number, body: object = task): Promise<void> {
  const before = await world.jobs()
  errorIn(await world.ask(body, { token }), status)
  expect(await world.jobs()).toEqual(before)
  jobIn(await world.ask(body))
  expect(await world.jobs()).toHaveLength(before.length + 1)
}

describe('whoever is no person with the permission starts nothing', () => {
  it('without a token', () => expectNoJob(null, 401))

  it('with a token that nobody has', () => expectNoJob(`ghp_${'x'.repeat(36)}`, 401))

  it('with a token of another GitHub, which this one does not know', async () => {
    const elsewhere = await startApiWorld()
    const token = elsewhere.github.userToken('ada', classic)
    await elsewhere[Symbol.asyncDispose]()

    await expectNoJob(token, 401)
  })

  it("with an installation's token or an App's JWT: neither is sent to GitHub", async () => {
    const installation = await mintToken(world.github)
    const { jwt } = await createAppJwtSigner(world.github.app.privateKey)(world.github.app.id)

    await expectNoJob(installation.token, 401)
    await expectNoJob(jwt, 401)

    expect(world.github.requests.filter(({ path, status }) => path === '/user' && status !== 200)).toEqual([])
  })

  it("with a bot's token", async () => {
    world.github.addCollaborator(world.repository, 'helper[bot]', 'admin')

    await expectNoJob(world.github.userToken('helper[bot]', classic), 401)
  })

  it('with a token that was revoked', async () => {
    const token = world.github.userToken('ada', classic)
    world.github.revokeUserToken(token)

    await expectNoJob(token, 401)
  })

  it('with a token that a site got when the person logged in there', async () => {
    await expectNoJob(world.github.userToken('ada', { kind: 'classic', scopes: ['read:user', 'user:email'] }), 404)
  })

  it('with such a token on a public repository, which it can see', async () => {
    const { github } = world
    const open = await github.createRepository({ name: 'open', private: false, files: { a: 'b' } })
    github.addCollaborator(open, 'ada', 'write')
    const body = { ...task, repository: 'acme/open' }

    await expectNoJob(github.userToken('ada', { kind: 'classic', scopes: ['read:user'] }), 404, body)
    jobIn(await world.ask(body, { token: github.userToken('ada', { kind: 'classic', scopes: ['public_repo'] }) }))
  })

  it("with a user token of another GitHub App's; one of this App's counts", async () => {
    const { app } = world.github

    await expectNoJob(world.github.userToken('ada', { kind: 'app', appId: app.id + 1 }), 401)
    jobIn(await world.ask(task, { token: world.github.userToken('ada', { kind: 'app', appId: app.id }) }))
  })

  it('with a fine-grained token for other repositories', async () => {
    const { github, repository } = world
    const other = await github.createRepository({ name: 'other', files: { a: 'b' } })
    github.addCollaborator(other, 'ada', 'write')

    await expectNoJob(github.userToken('ada', { kind: 'fine-grained', repositories: [other] }), 404)
    jobIn(
      await world.ask(task, { token: github.userToken('ada', { kind: 'fine-grained', repositories: [repository] }) }),
    )
  })

  it.each([
    ['read', 403],
    ['triage', 403],
    ['none', 404],
  ] as const)('with the permission %s', async (role, status) => {
    world.github.addCollaborator(world.repository, 'eve', role)

    await expectNoJob(world.github.userToken('eve', classic), status)
  })
})

describe("a token of the operator's", () => {
  const adasToken = async (more: object = {}) => {
    const ada = world.github.addCollaborator(world.repository, 'ada', 'write')
    const repositories = [{ id: world.repository.id, owner: 'acme', name: 'library' }]
    const expiresAt = new Date(clock + 3_600_000).toISOString()
    const user = { id: ada.id, login: ada.login }
    return world.tokens.create({ user, repositories, note: 'ci', expiresAt, ...more })
  }

  it('acts as its person, is in Redis by its digest alone, and is never sent to GitHub', async () => {
    const { token } = await adasToken()

    expect(jobIn(await world.ask(task, { token }))).toMatchObject({ askedBy: 'ada' })

    const kept = await world.redis.redis.hgetall('airlock:api:tokens')
    expect(JSON.stringify(kept)).not.toContain(token)
    expect(world.github.requests.some(({ path }) => path === '/user')).toBe(false)
  })

  it('ends with its time, when it is revoked, and when its person loses the permission', async () => {
    const { token, entry } = await adasToken()
    jobIn(await world.ask(task, { token }))

    world.github.addCollaborator(world.repository, 'ada', 'read')
    errorIn(await world.ask(task, { token }), 403)
    world.github.addCollaborator(world.repository, 'ada', 'write')
    clock += 3_600_001
    errorIn(await world.ask(task, { token }), 401)
    clock -= 3_600_001
    expect(await world.tokens.revoke(entry.id)).toBe(true)
    errorIn(await world.ask(task, { token }), 401)
    expect(await world.jobs()).toHaveLength(1)
  })

  it('is good for its repositories alone, and not for whoever took over the login', async () => {
    const other = await world.github.createRepository({ name: 'other', files: { a: 'b' } })
    world.github.addCollaborator(other, 'ada', 'admin')
    const { token } = await adasToken()
    const stale = await adasToken({ user: { id: 999_999, login: 'ada' } })

    errorIn(await world.ask({ ...task, repository: 'acme/other' }, { token }), 404)
    errorIn(await world.ask(task, { token: stale.token }), 404)
    jobIn(await world.ask(task, { token }))
  })
})

describe('what somebody may not see is not there', () => {
  it("another organisation's job is answered as one that there is not", async () => {
    const { github } = world
    github.userToken('mallory', classic)
    const { id } = jobIn(await world.ask(task))
    const theirs = await github.createRepository({ name: 'theirs', owner: 'umbrella', files: { a: 'b' } })
    github.addCollaborator(theirs, 'mallory', 'admin')
    const headers = bearer(github.userToken('mallory', classic))

    for (const method of ['GET', 'DELETE']) {
      const [hidden, unknown, odd] = await Promise.all(
        [id, 'a'.repeat(24), '..%2f'].map((one) => world.send(`/api/jobs/${one}`, { method, headers })),
      )
      expect(hidden?.status).toBe(404)
      expect([unknown?.body, odd?.body]).toEqual([hidden?.body, hidden?.body])
      expect(unknown?.status).toBe(404)
    }
    const shown = await world.send(`/api/jobs/${id}`, { headers: bearer(world.token) })
    expect(jobIn(shown, 200).cancelling).toBe(false)
  })

  it('a private repository is answered as one that there is not, and is not looked at with a right of ours', async () => {
    const token = world.github.userToken('mallory', classic)
    const before = world.github.requests.length

    const hidden = await world.ask(task, { token })
    const none = await world.ask({ ...task, repository: 'acme/nothing' }, { token })

    expect([hidden.status, none.status]).toEqual([404, 404])
    expect(hidden.body).toEqual(none.body)
    const asked = world.github.requests.slice(before).map(({ identity }) => identity.kind)
    expect(new Set(asked)).toEqual(new Set(['user']))
  })

  it('a person who lost the permission sees a job no more', async () => {
    const { id } = jobIn(await world.ask(task))
    const headers = bearer(world.github.userToken('ada', classic))
    expect((await world.send(`/api/jobs/${id}`, { headers })).status).toBe(200)

    world.github.addCollaborator(world.repository, 'ada', 'read')

    expect((await world.send(`/api/jobs/${id}`, { method: 'DELETE', headers })).status).toBe(404)
    clock += 60_001
    expect((await world.send(`/api/jobs/${id}`, { headers })).status).toBe(404)
  })
})

describe('somebody outside the team that may ask', () => {
  const isOutside = async (policy: string) => {
    const { github, repository } = world
    github.grant({ members: 'read' })
    github.setTeam('acme', 'platform', ['ada'])
    await github.createRepository({ name: '.github', files: { 'airlock.yml': policy } })
    const eve = github.addCollaborator(repository, 'eve', 'admin')
    const user = { id: eve.id, login: eve.login }
    const repositories = [{ id: repository.id, owner: 'acme', name: 'library' }]
    const expiresAt = new Date(clock + 3_600_000).toISOString()
    const { token } = await world.tokens.create({ user, repositories, note: '', expiresAt })
    return [github.userToken('eve', classic), token]
  }

  it("asks over the API and is refused, with a token of their own and with one of the operator's", async () => {
    for (const token of await isOutside('triggers: { teams: [platform] }\n')) {
      const { message } = errorIn(await world.ask(task, { token }), 403)
      expect(message).toContain('is in none of the teams platform')
    }

    expect(await world.jobs()).toEqual([])
    jobIn(await world.ask(task))
  })

  it('sees and stops no job of those who may', async () => {
    const tokens = await isOutside('triggers: { teams: [platform] }\n')
    const { id } = jobIn(await world.ask(task))

    for (const token of tokens) {
      for (const method of ['GET', 'DELETE']) {
        errorIn(await world.send(`/api/jobs/${id}`, { method, headers: bearer(token) }), 404)
      }
    }

    const own = { headers: bearer(world.token) }
    expect(jobIn(await world.send(`/api/jobs/${id}`, own), 200).cancelling).toBe(false)
    expect(jobIn(await world.send(`/api/jobs/${id}`, { method: 'DELETE', ...own })).cancelling).toBe(true)
  })

  it('gets no more over the API than the rule for those outside it leaves', async () => {
    const rule = 'agents: [claude, codex]\nrules:\n  - { unless: { team: platform }, agents: [claude] }\n'
    const codex = { ...task, agent: 'codex' }
    for (const token of await isOutside(rule)) {
      expect(errorIn(await world.ask(codex, { token }), 422).message).toContain('the policy allows claude')
    }

    expect(await world.jobs()).toEqual([])
    jobIn(await world.ask(codex))
  })
})

describe('a repository that left the installation', () => {
  it("takes no job, and shows none, for a token of the operator's either", async () => {
    const { github, repository } = world
    const ada = github.addCollaborator(repository, 'ada', 'write')
    const repositories = [{ id: repository.id, owner: 'acme', name: 'library' }]
    const expiresAt = new Date(clock + 3_600_000).toISOString()
    const { token } = await world.tokens.create({
      user: { id: ada.id, login: 'ada' },
      repositories,
      note: '',
      expiresAt,
    })
    const { id } = jobIn(await world.ask(task, { token }))

    github.transferRepository(repository, 'umbrella')

    errorIn(await world.ask(task, { token }), 404)
    errorIn(await world.send(`/api/jobs/${id}`, { method: 'DELETE', headers: bearer(token) }), 404)
    errorIn(await world.send(`/api/jobs/${id}`, { headers: bearer(token) }), 404)
    expect(await world.jobs()).toEqual([id])
  })
})

describe('a body', () => {
  it.each([
    ['that is no JSON', '{'],
    ['that is no object', '[]'],
    ['with a key that there is not', { ...task, force: true }],
    ['without a task', { repository: 'acme/library', task: ' \n' }],
    ['with a path for a repository', { ...task, repository: 'acme/../library' }],
    ['with a branch that leads elsewhere', { ...task, base: 'x/../../../pulls' }],
    ['with a pull request and a branch', { ...task, pullRequest: 1, base: 'main' }],
    ['with a prototype', '{"repository":"acme/library","task":"x","__proto__":{"anyway":true}}'],
  ])('%s is refused with what is wrong', async (_, body) => {
    const { code, message } = errorIn(await world.ask(body), 400)

    expect(code).toBe('bad-request')
    expect(message.length).toBeGreaterThan(10)
    expect(await world.jobs()).toEqual([])
  })

  it('that is too large is refused before it is read', async () => {
    errorIn(await world.ask({ ...task, task: 'x'.repeat(600_000) }), 413)
    expect(await world.jobs()).toEqual([])
    jobIn(await world.ask({ ...task, task: 'x'.repeat(65_536) }))
  })

  it("that another site's page can send without asking is refused, and no page is allowed to ask", async () => {
    const origin = { origin: 'https://evil.example' }
    errorIn(await world.ask(task, { headers: { ...origin, 'content-type': 'text/plain' } }), 415)
    const preflight = await world.send('/api/jobs', { method: 'OPTIONS', headers: origin })
    const answered = await world.ask(task, { headers: origin })

    expect(preflight.status).toBe(405)
    for (const { headers } of [preflight, answered]) {
      expect(headers.has('access-control-allow-origin')).toBe(false)
      expect(headers.has('set-cookie')).toBe(false)
    }
  })
})

describe('somebody who asks too often', () => {
  it('waits, and nobody else does', async () => {
    world.github.addCollaborator(world.repository, 'grace', 'write')
    const statuses = []
    for (let count = 0; count < 31; count += 1) statuses.push((await world.ask('{')).status)

    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 400), 429])
    const refused = await world.ask(task)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    jobIn(await world.ask(task, { token: world.github.userToken('grace', classic) }))
  })

  it('with wrong tokens does not have GitHub shut us out: it is not asked any more', async () => {
    const later = world.github.userToken('ada', classic)
    jobIn(await world.ask(task))
    const guess = (count: number) => `ghp_${String(count).padStart(36, '0')}`
    for (let count = 0; count < 20; count += 1) errorIn(await world.ask(task, { token: guess(count) }), 401)
    const before = world.github.requests.length

    errorIn(await world.ask(task, { token: guess(20) }), 429)

    errorIn(await world.ask(task, { token: later }), 429)
    expect(world.github.requests).toHaveLength(before)
    jobIn(await world.ask(task))
    clock += 60_001
    jobIn(await world.ask(task, { token: later }))
  })
})

describe('when something is away', () => {
  it('Redis: it is a 503, and the same key later is one job', async () => {
    await world.redis.redis.config('SET', 'maxmemory', '1')
    const away = await world.ask(task, { key: 'once' })
    await world.redis.redis.config('SET', 'maxmemory', '0')

    expect(errorIn(away, 503)).toMatchObject({ code: 'unavailable' })
    expect(away.headers.get('retry-after')).toBe('10')
    jobIn(await world.ask(task, { key: 'once' }))
    expect(await world.jobs()).toHaveLength(1)
  })

  it('GitHub: it is a 503, and nothing is started', async () => {
    world.github.failNext({ method: 'GET', path: '/user' }, { status: 502 })

    errorIn(await world.ask(task), 503)

    expect(await world.jobs()).toEqual([])
  })
})

it('keeps the token out of the log and out of Redis, also where GitHub fails', async () => {
  const { github, token } = world
  github.failNext({ method: 'GET', path: '/repos/acme/library' }, { status: 500 })
  errorIn(await world.ask(task), 503)
  const { id } = jobIn(await world.ask(task))
  await world.send(`/api/jobs/${id}`, { headers: bearer(token) })

  expect(world.logged()).toContain('job asked for over the API')
  expect(world.logged()).not.toContain(token)
  expect(JSON.stringify(await world.request(id))).not.toContain(token)
})

it('answers a body that is sent too slowly before it is whole', async () => {
  const { port } = new URL(world.url)
  const socket = connect(Number(port), '127.0.0.1')
  const head = ['POST /api/jobs HTTP/1.1', 'host: x', `authorization: Bearer ${world.token}`]
  socket.write([...head, 'content-type: application/json', 'content-length: 100', '', '{'].join('\r\n'))

  const { promise, resolve } = Promise.withResolvers<string>()
  socket.once('data', (chunk) => resolve(chunk.toString()))
  expect(await promise).toMatch(/^HTTP\/1.1 408 /)
  socket.destroy()
})
