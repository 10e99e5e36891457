import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../github/http/faults.ts'
import type { Repository } from '../github/state/entities.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf, passedChecks } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const endMs = 60_000

let world: World
let worker: LoggedProcess

beforeAll(async () => {
  world = await startWorld()
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
})
afterAll(() => world[Symbol.asyncDispose]())

function fail(repository: Repository, method: string, rest: string, fault: Fault): void {
  world.github.failNext(
    { method, path: new RegExp(`^/repos/${repository.owner.login}/${repository.name}/${rest}$`) },
    fault,
  )
}

async function endOf({ jobId }: Asked) {
  await world.ended(jobId, endMs)
  return worker.waitFor((line) => line.msg === 'job ended' && line.jobId === jobId, 1)
}

/** A job whose agent waits until `change` was made. */
async function changeInTheMiddle(
  spec: { readonly name: string; readonly owner?: string },
  change: (repository: Repository) => void | Promise<void>,
): Promise<Asked> {
  const repository = await world.createRepository({ ...spec, policy: standsStill })
  const asked = await world.ask(repository)
  const still = await untilStandingStill(worker, asked.jobId)
  await change(repository)
  await letGo(world.dataDir, still)
  return asked
}

async function expectPublishedOnce(asked: Asked): Promise<void> {
  const found = await outcomeOf(asked)
  expect(found.pullRequests).toHaveLength(1)
  expect(found.branches).toMatchObject([{ changed: 'fixed.txt' }])
  expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
}

/** Goes to GitHub as a blob of its own: only a text that is not empty travels with its tree. */
const writesEmptyFile = 'agent: command\ncommand: [sh, -c, ": > fixed.txt"]\n'

/** All that a job writes on GitHub, from its first reaction to its check run. */
const writes = [
  ['POST', 'issues/\\d+/reactions'],
  ['POST', 'issues/\\d+/comments'],
  ['DELETE', 'issues/\\d+/labels/airlock'],
  ['PATCH', 'issues/comments/\\d+'],
  ['POST', 'git/blobs'],
  ['POST', 'git/trees'],
  ['POST', 'git/commits'],
  ['POST', 'git/refs'],
  ['POST', 'pulls'],
  ['POST', 'pulls/\\d+/requested_reviewers'],
  ['POST', 'check-runs'],
] as const

describe.concurrent('a job of which every single write fails once', () => {
  const faults: [string, Fault][] = [
    ['server-error', { status: 502 }],
    ['timeout-before', 'timeout-before'],
    ['timeout-after', 'timeout-after-effect'],
    ['rate-limit', { status: 403, retryAfterSeconds: 1 }],
    ['too-many', { status: 429, retryAfterSeconds: 1 }],
  ]

  it.each(faults)(
    'with %s has one branch, one pull request, one comment and one check run of each name',
    async (name, fault) => {
      const repository = await world.createRepository({ name, policy: writesEmptyFile })
      for (const [method, rest] of writes) fail(repository, method, rest, fault)
      // The first one is the app's; the worker reacts again at the end.
      fail(repository, 'POST', 'issues/\\d+/reactions', fault)

      const asked = await world.ask(repository)
      await endOf(asked)

      await expectPublishedOnce(asked)
      const { checks, reactions } = await outcomeOf(asked)
      expect(checks).toEqual(passedChecks)
      expect(reactions).toContain('rocket')
    },
  )
})

describe.concurrent('a job whose requests GitHub refuses', () => {
  it('signs in afresh once where its token was revoked in the middle', async () => {
    const repository = await world.createRepository({ name: 'revoked-once' })
    fail(repository, 'POST', 'pulls', { status: 401 })

    const asked = await world.ask(repository)
    await endOf(asked)

    await expectPublishedOnce(asked)
  })

  it('stops where the fresh token is refused too', async () => {
    const repository = await world.createRepository({ name: 'revoked-twice' })
    fail(repository, 'POST', 'git/refs', { status: 401, times: 2 })

    const asked = await world.ask(repository)
    const end = await endOf(asked)

    const found = await outcomeOf(asked)
    expect(end).toMatchObject({ outcome: 'refused', reason: 'repository-unavailable' })
    expect(found).toMatchObject({ pullRequests: [], branches: [], comments: [expect.stringContaining('**Refused.**')] })
  })

  it('waits in the queue as long as GitHub says, and goes on where it was', async () => {
    // With an installation of its own: what GitHub asks holds for all jobs of one.
    const repository = await world.createRepository({ name: 'rate-limited', owner: 'patient' })
    fail(repository, 'POST', 'pulls', { status: 403, retryAfterSeconds: 7 })

    const asked = await world.ask(repository)
    await endOf(asked)

    await expectPublishedOnce(asked)
    const [first, second] = world.github.requests.filter(
      ({ method, path }) => method === 'POST' && path === '/repos/patient/rate-limited/pulls',
    )
    const agents = worker.lines.filter((line) => line.jobId === asked.jobId && line.step === 'agent')
    expect(Number(second?.at) - Number(first?.at)).toBeGreaterThan(7000)
    expect(agents).toHaveLength(1)
  })

  it('clones again where git was answered with a 503', async () => {
    const repository = await world.createRepository({ name: 'no-clone' })
    world.github.failNext({ path: '/acme/no-clone.git/info/refs' }, { status: 503 })

    const asked = await world.ask(repository)
    await endOf(asked)

    await expectPublishedOnce(asked)
  })

  it('is done without reaction, label, check and reviewer, if GitHub wants none of them', async () => {
    const repository = await world.createRepository({ name: 'told-little' })
    const refused = { status: 403 }
    fail(repository, 'POST', 'issues/\\d+/reactions', { ...refused, times: 2 })
    fail(repository, 'POST', 'issues/\\d+/comments', refused)
    fail(repository, 'DELETE', 'issues/\\d+/labels/airlock', refused)
    fail(repository, 'POST', 'pulls/\\d+/requested_reviewers', refused)
    fail(repository, 'POST', 'check-runs', refused)

    const asked = await world.ask(repository)
    const end = await endOf(asked)

    const found = await outcomeOf(asked)
    expect(end).toMatchObject({ outcome: 'published' })
    expect(found.pullRequests).toHaveLength(1)
    expect(found).toMatchObject({ reactions: [], checks: [], labels: ['airlock'] })
    expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
  })
})

describe.concurrent('a repository that changes in the middle of a job', () => {
  it('is found by its id when it was renamed', async () => {
    let renamedAt = new Date()
    const asked = await changeInTheMiddle({ name: 'old-name' }, (repository) => {
      world.github.renameRepository(repository, 'new-name')
      renamedAt = new Date()
    })

    await endOf(asked)

    await expectPublishedOnce(asked)
    // What edits the status comment may have its token by then: GitHub redirects that, and it is followed.
    const later = world.github.requests.filter(
      ({ at, path }) => at > renamedAt && path.includes('/old-name') && !path.includes('/old-name/issues/'),
    )
    expect(later.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  it('takes nothing when it was archived', async () => {
    const asked = await changeInTheMiddle({ name: 'archived' }, (repository) => {
      repository.archived = true
    })

    const end = await endOf(asked)

    expect(end).toMatchObject({ outcome: 'refused', reason: 'repository-archived' })
    expect(await outcomeOf(asked)).toMatchObject({ pullRequests: [], branches: [] })
  })

  it('takes nothing when it belongs to somebody else now', async () => {
    const asked = await changeInTheMiddle({ name: 'transferred', owner: 'seller' }, (repository) => {
      world.github.transferRepository(repository, 'buyer')
    })

    const end = await endOf(asked)

    expect(end).toMatchObject({ outcome: 'refused', reason: 'repository-unavailable' })
    expect(await outcomeOf(asked)).toMatchObject({ pullRequests: [], branches: [] })
  })

  it('takes nothing when the installation was suspended', async () => {
    const asked = await changeInTheMiddle({ name: 'suspended', owner: 'globex' }, ({ installation }) => {
      world.github.suspend(true, installation?.id)
    })

    const end = await endOf(asked)

    expect(end).toMatchObject({ outcome: 'refused', reason: 'repository-unavailable' })
    expect(await outcomeOf(asked)).toMatchObject({ pullRequests: [], branches: [] })
  })

  it('gets its job done although GitHub mints tokens only at the second try', async () => {
    const asked = await changeInTheMiddle({ name: 'no-tokens', owner: 'initech' }, ({ installation }) => {
      const path = `/app/installations/${installation?.id}/access_tokens`
      for (const fault of [{ status: 502 }, 'timeout-before', { status: 403, retryAfterSeconds: 1 }] as const) {
        world.github.failNext({ method: 'POST', path }, fault)
      }
    })

    await endOf(asked)

    await expectPublishedOnce(asked)
  })
})

describe('tokens', () => {
  it('are revoked although GitHub refuses it at first', async () => {
    const revocation = { method: 'DELETE', path: '/installation/token' }
    const asked = await changeInTheMiddle({ name: 'revoking' }, () => {
      world.github.failNext(revocation, { status: 502 })
      world.github.failNext(revocation, 'timeout-before')
    })

    await endOf(asked)

    await expectPublishedOnce(asked)
  })

  it('are all dead at the end, but for those of a suspended installation, which nobody can use or revoke', () => {
    const live = world.github.tokens.live().filter(({ installation }) => installation.suspendedAt === undefined)
    expect(live.map(({ permissions }) => permissions)).toEqual([])
  })
})

it('GitHub was asked for nothing that it does not know, and every fault was met', () => expectKeptRules(world.github))
