import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listRefs } from '../github/git/refs.ts'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import type { Delivery } from '../github/webhooks/deliveries.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import { startWorld, type World, writesOneFile } from './start-world.ts'

/** The agent hands over what it was asked. */
const copiesTask = 'agent: command\ncommand: [sh, -c, "cp $AIRLOCK_TASK_FILE task.md"]\n'

let world: World
let jobsBefore: string[] = []
let count = 0

beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
})
beforeEach(async () => {
  jobsBefore = await world.jobs()
})
afterAll(() => world[Symbol.asyncDispose]())

async function openIssue(policy = writesOneFile) {
  count += 1
  const repository = await world.createRepository({ name: `repository-${count}`, policy })
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  return { repository, issue }
}

function answersOn(repository: Repository): string[] {
  return repository.comments.filter(({ user }) => user.type === 'Bot').map(({ body }) => body)
}

async function newJobs(): Promise<string[]> {
  return (await world.jobs()).filter((id) => !jobsBefore.includes(id))
}

async function expectAnswered(repository: Repository, delivery: Delivery, ...texts: (string | RegExp)[]) {
  const handled = await world.handled(delivery)
  const answers = answersOn(repository)
  expect(handled.kind).toBe('answered')
  expect(answers).toHaveLength(1)
  for (const text of texts) expect(answers[0]).toMatch(text)
  expect(await newJobs()).toEqual([])
}

/** Told so at once, in the webhook's answer; nothing was looked up. */
async function expectNothing(repository: Repository, delivery: Delivery, why: string) {
  expect(delivery).toMatchObject({ statusCode: 200, responseBody: `ignored: ${why}\n` })
  expect(repository.reactions).toEqual([])
  expect(await newJobs()).toEqual([])
}

describe('somebody without the permission', () => {
  it.each(['read', 'triage', 'none'] as const)('gets one answer and no job for a command, as %s', async (role) => {
    const { repository, issue } = await openIssue()
    world.github.addCollaborator(repository, 'eve', role)

    const { delivery } = await world.github.comment(repository, issue.number, { by: 'eve', body: '/airlock mend it' })
    await expectAnswered(repository, delivery, '**Refused.**', `has ${role}, needs write`)
    await world.github.redeliver(delivery.id)

    expect(answersOn(repository)).toHaveLength(1)
  })

  it('gets one answer and no job for a label', async () => {
    const { repository, issue } = await openIssue()
    world.github.addCollaborator(repository, 'eve', 'triage')

    const { delivery } = await world.github.label(repository, issue.number, { by: 'eve', name: 'airlock' })

    await expectAnswered(repository, delivery, '**Refused.**', 'has triage, needs write')
  })
})

describe('a bot', () => {
  it.each(['dependabot[bot]', 'airlock[bot]'])('named %s starts nothing and is not answered', async (bot) => {
    const { repository, issue } = await openIssue()
    world.github.addCollaborator(repository, bot, 'admin')

    const comment = await world.github.comment(repository, issue.number, { by: bot, body: '/airlock mend it' })
    const label = await world.github.label(repository, issue.number, { by: bot, name: 'airlock' })

    for (const { delivery } of [comment, label]) await expectNothing(repository, delivery, 'bots start nothing')
  })
})

describe('a comment', () => {
  const say = async (body: string) => {
    const { repository, issue } = await openIssue()
    const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body })
    return { repository, delivery }
  }

  it('that asks for help is answered', async () => {
    const { repository, delivery } = await say('/airlock help')

    await expectAnswered(repository, delivery, 'What Airlock listens to')
  })

  it('with a command that there is not is answered, with what was meant', async () => {
    const { repository, delivery } = await say('/airlock halp')

    await expectAnswered(repository, delivery, 'There is no command halp', 'Did you mean `/airlock help`?')
  })

  it.each([
    '> /airlock mend it',
    '```\n/airlock mend it\n```',
    '<!--\n/airlock mend it\n-->',
    'Thanks.\n/airlock mend it',
  ])('that only shows a command starts nothing: %j', async (body) => {
    const { repository, delivery } = await say(body)

    await expectNothing(repository, delivery, 'not a command')
  })

  it('that is edited, with its issue, after it asked: what runs is the text of then', async () => {
    const { repository, issue } = await openIssue(copiesTask)
    const held = world.github.hold({ method: 'GET', path: `/repos/acme/${repository.name}/branches/main` }, 'before')
    const { comment, delivery } = await world.github.comment(repository, issue.number, {
      by: 'ada',
      body: '/airlock paint it blue',
    })
    const { jobId } = await world.handled(delivery)
    await held.reached

    const edit = await world.github.editComment(repository, comment.id, { by: 'eve', body: '/airlock paint it red' })
    await world.github.editIssue(repository, issue.number, { by: 'eve', title: 'Red', body: 'Red.' })
    held.release()
    await world.ended(jobId)

    const found = await outcomeOf({ repository, issue, jobId })
    const task = await gitText(repository.gitDir, ['show', `${found.branches[0]?.name}:task.md`])
    expect(task).toMatch(/^paint it blue\n\nThis was asked on Issue #1: Mend it\n\nIt is broken\.$/)
    expect(edit.delivery.statusCode).toBe(200)
    expect(await newJobs()).toEqual([jobId])
  })
})

describe('a command on a pull request', () => {
  it('of the same repository works on its head, and the result goes against it', async () => {
    const { repository } = await openIssue()
    await world.github.commit(repository, { branch: 'feature', message: 'Begin', files: { 'feature.txt': 'begun\n' } })
    const { issue } = await world.github.openPullRequest(repository, {
      by: 'ada',
      title: 'Feature',
      head: 'feature',
      base: 'main',
    })

    const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body: '/airlock end it' })
    const { jobId } = await world.handled(delivery)
    await world.ended(jobId)

    const [, ours] = repository.issues.flatMap(({ pull }) => pull ?? [])
    expect(ours).toMatchObject({ baseRef: 'feature', headRef: expect.stringMatching(/^airlock\//) })
    expect(await gitText(repository.gitDir, ['diff', '--name-only', `feature...${ours?.headRef}`])).toBe('fixed.txt')
    expect(answersOn(repository)).toEqual([expect.stringContaining('**Done.**')])
  })

  it('of a fork that is gone is refused, although a writer asks', async () => {
    const { repository } = await openIssue()
    const fork = await world.github.createRepository({
      name: repository.name,
      owner: 'mallory',
      ownerType: 'User',
      forkOf: repository,
      installed: false,
    })
    await world.github.commit(fork, { branch: 'trap', message: 'Trap', files: { 'trap.txt': 'trap\n' } })
    const { issue } = await world.github.openPullRequest(repository, {
      by: 'mallory',
      title: 'Nice',
      head: 'mallory:trap',
      base: 'main',
    })
    await world.github.deleteRepository(fork)

    const { delivery } = await world.github.comment(repository, issue.number, { by: 'ada', body: '/airlock end it' })

    await expectAnswered(repository, delivery, '**Refused.**', 'comes from a fork that is gone')
  })
})

describe('a label', () => {
  const label = async (name: string, policy?: string) => {
    const { repository, issue } = await openIssue(policy)
    const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name })
    return { repository, issue, delivery }
  }

  it('under a broken policy is answered with the line that breaks it', async () => {
    const { repository, delivery } = await label('airlock', 'agent: command\ncommand: [make]\nsetupp: {}\n')

    await expectAnswered(repository, delivery, '**Refused.**', /airlock\.yml:3\b.*setupp/)
  })

  it('for an agent that there is not is answered with those that there are', async () => {
    const { repository, delivery } = await label('airlock:codecks')

    await expectAnswered(
      repository,
      delivery,
      'There is no agent codecks',
      'claude, codex, gemini, opencode, copilot, qwen, pi, command',
    )
  })

  it('in a repository without a commit is refused', async () => {
    const repository = await world.github.createRepository({ name: 'empty' })
    world.github.addCollaborator(repository, 'ada', 'write')
    const { issue } = await world.github.openIssue(repository, { by: 'ada', title: 'Begin' })

    const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })

    await expectAnswered(repository, delivery, '**Refused.**', 'no commit yet')
  })

  it.each(['Airlock', 'аirlock', 'airlock ', 'bug'])('that only looks like ours starts nothing: %j', async (name) => {
    const { repository, delivery } = await label(name)

    expect(await world.handled(delivery)).toMatchObject({ kind: 'ignored' })
    expect(answersOn(repository)).toEqual([])
    expect(await newJobs()).toEqual([])
  })
})

it('no token is left alive, and no branch was made but those of jobs', async () => {
  // A job that was answered may still be on its way to its end.
  await expect.poll(() => world.github.tokens.live(), { timeout: 30_000 }).toEqual([])
  const refs = await Promise.all(world.github.state.repositories.map(({ gitDir }) => listRefs(gitDir, 'refs/heads/')))
  const names = new Set(refs.flat().map(({ ref }) => ref.replace(/airlock\/.*/, 'airlock/*')))
  expect(names).toEqual(new Set(['main', 'feature', 'airlock/*'].map((name) => `refs/heads/${name}`)))
})

it('GitHub was asked for nothing that it does not know', () => expectKeptRules(world.github))
