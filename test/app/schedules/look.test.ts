import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitHubApp } from '../../../app/github/create-github-app.ts'
import { createScheduleGitHub } from '../../../app/github/schedule-github.ts'
import { defaultOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { learnSchedules } from '../../../app/schedules/keep-schedules.ts'
import { lookAtSchedules } from '../../../app/schedules/look-at-schedules.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { createJobs, type Jobs } from '../../../worker/queue/enqueue.ts'
import { createPolicyIssueBook } from '../../../worker/queue/policy-issue-book.ts'
import { createScheduleBook, type ScheduleBook } from '../../../worker/queue/schedule-book.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../../github/stand-in.ts'
import { commitFiles } from '../../github/state/create-repository.ts'
import type { Repository } from '../../github/state/entities.ts'
import { createMemoryVault } from '../../github-worker/memory-vault.ts'
import { startRedis, type TestRedis } from '../../queue/start-redis.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const entryKeys = 'airlock:ledger:jobs:entry:'
const daily = 'schedules:\n  - { cron: "0 3 * * *", task: Update the lockfile., by: ada }\n'

let github: GitHubStandIn
let redis: TestRedis
let jobs: Jobs
let book: ScheduleBook
let clock: number
let logged: Record<string, unknown>[]

beforeEach(async () => {
  github = await createGitHubStandIn({ openapi: true })
  redis = await startRedis()
  jobs = createJobs(redis.redis)
  book = createScheduleBook(redis.redis)
  clock = Date.parse('2027-01-10T12:00:00Z')
  logged = []
})
afterEach(async () => {
  expect(github.unexpected).toEqual([])
  expect(github.failures).toEqual([])
  expect(github.requests.flatMap((request) => request.violations)).toEqual([])
  expect(github.tokens.live()).toEqual([])
  await jobs[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
})

/** An app of its own: several share the Redis and nothing else. */
function createLook() {
  const { id: appId, privateKey } = github.app
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) })
  const signJwt = createAppJwtSigner(privateKey)
  const app = createGitHubApp({ appId, signJwt, baseUrl: `${github.url}/api/v3`, vault: createMemoryVault(), log })
  const own = createScheduleBook(redis.redis)
  const deps = {
    book: own,
    gitHub: createScheduleGitHub(app),
    jobs,
    log,
    policyIssues: createPolicyIssueBook(redis.redis),
    operatorPolicy: defaultOperatorPolicy,
  }
  return () => lookAtSchedules({ ...deps, now: () => clock }, new AbortController().signal)
}

async function createRepository(policy = daily, name = 'library'): Promise<Repository> {
  const repository = await github.createRepository({ name, files: { 'README.md': 'x', '.github/airlock.yml': policy } })
  github.addCollaborator(repository, 'ada', 'write')
  return repository
}

const change = (repository: Repository, policy: string) =>
  github.commit(repository, { branch: 'main', message: 'x', files: { '.github/airlock.yml': policy } })

const jobIds = async () => (await redis.redis.keys(`${entryKeys}*`)).map((key) => key.slice(entryKeys.length))
const handled = () => logged.filter(({ msg }) => msg === 'schedule handled')

async function requestOf(jobId: string) {
  const data = await redis.redis.hget(`airlock:jobs:${jobId}`, 'data')
  return JSON.parse(JSON.parse(data ?? '{"body":"null"}').body)
}

describe('a schedule', () => {
  it('is found in the policy, and starts one job when it is due, in the name that it says', async () => {
    await createRepository()
    const look = createLook()

    await look()
    expect(await jobIds()).toEqual([])
    clock += dayMs
    await look()
    await look()

    const [jobId = '', ...more] = await jobIds()
    expect(more).toEqual([])
    const request = await requestOf(jobId)
    expect(request).toMatchObject({
      actor: { login: 'ada' },
      subject: null,
      trigger: { kind: 'schedule', schedule: { cron: '0 3 * * *', due: '2027-01-11T03:00:00.000Z' } },
      task: { text: 'Update the lockfile.', askedLength: 20 },
    })
    expect(request.policy).not.toHaveProperty('schedules')
    clock += dayMs
    await look()
    expect(await jobIds()).toHaveLength(2)
  })

  it('starts one job where two apps look at the same time, and where one was killed before it put that down', async () => {
    await createRepository()
    const looks = [createLook(), createLook()]
    await looks[0]?.()
    const [before] = await book.all()
    clock += dayMs

    await Promise.all(looks.map((look) => look()))
    if (before !== undefined) await book.write(before)
    await looks[1]?.()

    expect(await jobIds()).toHaveLength(1)
  })

  it('that was missed for days is made up for once', async () => {
    await createRepository()
    const look = createLook()
    await look()

    clock += 9 * dayMs
    await look()
    clock += hourMs
    await look()

    expect(await jobIds()).toHaveLength(1)
    expect(handled()).toMatchObject([{ kind: 'enqueued', due: '2027-01-19T03:00:00.000Z' }])
  })

  it('that was changed begins anew, and one that was taken out starts nothing', async () => {
    const repository = await createRepository()
    const look = createLook()
    await look()
    await change(repository, daily.replace('lockfile', 'licenses'))

    clock += dayMs
    await look()
    expect(await jobIds()).toEqual([])
    clock += dayMs
    await look()
    expect((await requestOf((await jobIds())[0] ?? '')).task.text).toBe('Update the licenses.')
    await change(repository, 'agent: claude\n')
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
    expect(await book.all()).toEqual([])
  })
})

describe('nobody gets by a schedule what they may not', () => {
  it.each(['read', 'triage', 'none'] as const)('who has %s by the time that it is due', async (role) => {
    const repository = await createRepository()
    const look = createLook()
    await look()

    github.addCollaborator(repository, 'ada', role)
    clock += dayMs
    await look()
    expect(await jobIds()).toEqual([])
    expect(handled()).toMatchObject([{ kind: 'refused', reason: 'permission-too-low', by: 'ada' }])
    github.addCollaborator(repository, 'ada', 'write')
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
  })

  const toPlatform = async (policy: string, members: readonly string[]) => {
    github.grant({ members: 'read' })
    github.setTeam('acme', 'platform', members)
    await github.createRepository({ name: '.github', files: { 'airlock.yml': policy } })
  }

  it('who is outside the team that may ask, also where another who wrote the entry is in it', async () => {
    await createRepository()
    await toPlatform('triggers: { teams: [platform] }\n', ['grace'])
    const look = createLook()
    await look()
    clock += dayMs
    await look()
    expect(await jobIds()).toEqual([])
    expect(handled()).toMatchObject([{ kind: 'refused', reason: 'permission-too-low', by: 'ada' }])

    github.setTeam('acme', 'platform', ['ada'])
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
  })

  it('by an agent that a rule leaves to those in a team', async () => {
    await createRepository(daily.replace('by: ada', 'by: ada, agent: codex'))
    await toPlatform('agents: [claude, codex]\nrules:\n  - { unless: { team: platform }, agents: [claude] }\n', [])
    const look = createLook()
    await look()
    clock += dayMs
    await look()
    expect(await jobIds()).toEqual([])
    expect(handled()).toMatchObject([{ kind: 'refused', reason: 'agent-unavailable' }])

    github.setTeam('acme', 'platform', ['ada'])
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
  })

  it('from another branch than the default one', async () => {
    const repository = await createRepository('agent: claude\n')
    const files = { '.github/airlock.yml': daily }
    await commitFiles(repository, { branch: 'evil', message: 'x', files, by: repository.owner })
    const look = createLook()
    await look()
    clock += dayMs
    await look()
    expect(await jobIds()).toEqual([])

    await change(repository, daily)
    clock += dayMs
    await look()
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
  })

  it('more often than the organisation allows, also where it said so after it was found', async () => {
    await createRepository()
    const look = createLook()
    await look()
    const files = { 'airlock.yml': 'triggers: { schedules: weekly }\n' }
    await github.createRepository({ name: '.github', files })

    clock += dayMs
    await look()

    expect(await jobIds()).toEqual([])
    expect(logged.some(({ reason }) => reason === 'policy-invalid')).toBe(true)
  })
})

describe('a schedule that starts nothing', () => {
  /** One whose person lost the right, and that was due once since. */
  async function refuse() {
    const repository = await createRepository()
    const look = createLook()
    await look()
    github.addCollaborator(repository, 'ada', 'read')
    clock += dayMs
    await look()
    return { repository, look }
  }

  it('because of its person is told in one issue, which is closed when it goes again', async () => {
    const repository = await createRepository()
    const look = createLook()
    await look()
    github.addCollaborator(repository, 'ada', 'read')

    for (let day = 0; day < 3; day += 1) {
      clock += dayMs
      await look()
    }
    expect(repository.issues).toMatchObject([{ state: 'open', title: expect.stringContaining('of ada is refused') }])
    expect(repository.issues[0]?.body).toContain('has read, needs write')
    github.addCollaborator(repository, 'ada', 'write')
    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
    expect(repository.issues).toMatchObject([{ state: 'closed' }])
    expect(repository.comments).toMatchObject([{ body: 'The schedule goes again.' }])
  })

  it.each([
    ['taken out of the policy', 'agent: claude\n'],
    ['changed', daily.replace('lockfile', 'licenses')],
  ])('has its issue closed when it is %s, also where GitHub fails at first', async (_how, policy) => {
    const { repository, look } = await refuse()
    expect(repository.issues).toMatchObject([{ state: 'open' }])
    await change(repository, policy)
    github.failNext({ method: 'PATCH', path: '/repos/acme/library/issues/1' }, { status: 502 })

    clock += dayMs
    await look()
    expect(repository.issues).toMatchObject([{ state: 'open' }])
    await look()

    expect(repository.issues).toMatchObject([{ state: 'closed' }])
    expect(repository.comments[0]?.body).toContain('is not in the policy any more')
    const [known] = await book.all()
    expect(known?.schedules.some(({ refused }) => refused) ?? false).toBe(false)
  })

  it('has its issue closed at once where its policy is read for another reason', async () => {
    const { repository, look } = await refuse()
    const [known] = await book.all()
    if (known === undefined) throw new Error('nothing is kept')
    await change(repository, 'agent: claude\n')

    await learnSchedules(book, known, [], clock)
    await look()

    expect(repository.issues).toMatchObject([{ state: 'closed' }])
    expect(await book.all()).toEqual([])
  })

  it('because of a broken policy is told by the one issue about that, which is closed when it is mended', async () => {
    const repository = await createRepository()
    const look = createLook()
    await look()
    await change(repository, `${daily}limits: { minuets: 1 }\n`)

    for (let day = 0; day < 2; day += 1) {
      clock += dayMs
      await look()
    }
    expect(await jobIds()).toEqual([])
    expect(repository.issues).toMatchObject([{ state: 'open', body: expect.stringContaining('limits.minuets') }])
    await change(repository, daily)
    clock += dayMs
    await look()

    expect(repository.issues).toMatchObject([{ state: 'closed' }])
    expect(await jobIds()).toHaveLength(1)
  })

  it('is refused all the same where no issue may be opened, and the others go on', async () => {
    const repository = await createRepository(daily, 'one')
    await createRepository(daily, 'other')
    github.failNext({ method: 'POST', path: '/repos/acme/one/issues' }, { status: 410 })
    const look = createLook()
    await look()
    github.addCollaborator(repository, 'ada', 'read')

    clock += dayMs
    await look()

    expect(
      handled()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['enqueued', 'refused'])
    expect(repository.issues).toEqual([])
  })
})

describe('an open pull request of the firing before', () => {
  const pullFor = async (repository: Repository, branch: string, by: string) => {
    await commitFiles(repository, { branch, message: 'x', files: { a: 'b' }, by: repository.owner })
    return github.openPullRequest(repository, { by, title: 'x', head: branch, base: 'main' })
  }

  it('is not doubled, is told so once, and is no matter when it is closed', async () => {
    const repository = await createRepository()
    const look = createLook()
    await look()
    const [known] = await book.all()
    const branch = `airlock/schedule-${known?.schedules[0]?.digest.slice(0, 10)}-0123456789`
    const { issue } = await pullFor(repository, branch, 'airlock[bot]')

    for (let day = 0; day < 3; day += 1) {
      clock += dayMs
      await look()
    }

    expect(await jobIds()).toEqual([])
    expect(repository.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('was due again, and was skipped'),
    ])
    expect(handled()).toMatchObject(Array.from({ length: 3 }, () => ({ kind: 'skipped', pullRequest: issue.number })))
    await github.closeIssue(repository, issue.number, { by: 'ada' })
    clock += dayMs
    await look()
    expect(await jobIds()).toHaveLength(1)
  })

  it("is not one that a person gave such a branch's name", async () => {
    const repository = await createRepository()
    const look = createLook()
    await look()
    const [known] = await book.all()
    await pullFor(repository, `airlock/schedule-${known?.schedules[0]?.digest.slice(0, 10)}-mine`, 'eve')

    clock += dayMs
    await look()

    expect(await jobIds()).toHaveLength(1)
  })
})

describe('what goes wrong', () => {
  it('in one repository keeps no other from its job, and is tried again', async () => {
    await createRepository(daily, 'one')
    await createRepository(daily, 'other')
    const look = createLook()
    await look()
    clock += dayMs
    github.failNext({ method: 'GET', path: /^\/repos\/acme\/one\/git\/ref\// }, { status: 502 })

    await look()
    expect(await jobIds()).toHaveLength(1)
    await look()

    expect(await jobIds()).toHaveLength(2)
  })

  it("with one repository's odd answers keeps no other from its job, and GitHub is not asked again at once", async () => {
    await createRepository(daily, 'one')
    await createRepository(daily, 'other')
    const look = createLook()
    await look()
    clock += dayMs
    github.failNext({ method: 'GET', path: /^\/repos\/acme\/one\/git\/ref\// }, { status: 200 })

    await look()
    await look()
    expect(await jobIds()).toHaveLength(1)
    clock += hourMs
    await look()

    expect(await jobIds()).toHaveLength(2)
  })

  it('while all repositories are looked through keeps none that is known from its job', async () => {
    await createRepository()
    const look = createLook()
    await look()
    clock += dayMs
    github.failNext({ method: 'GET', path: '/app/installations' }, { status: 200 })

    await look()

    expect(await jobIds()).toHaveLength(1)
    expect(logged.some(({ msg }) => String(msg).startsWith('could not look for schedules'))).toBe(true)
  })

  it('with the App taken off leaves nothing behind', async () => {
    await createRepository()
    const look = createLook()
    await look()
    github.suspend(true)

    clock += dayMs
    await look()
    github.suspend(false)

    expect(await jobIds()).toEqual([])
    expect(await book.all()).toEqual([])
  })
})
