import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf, passedChecks } from './outcome-of.ts'
import { startWorld, type World } from './start-world.ts'

const policy = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\nhandoff: { ci: quarantine }\n'
let world: World

beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

async function publish(name: string) {
  const repository = await world.createRepository({ name, policy })
  world.github.addCollaborator(repository, 'bea', 'write')
  const asked = await world.ask(repository)
  await world.ended(asked.jobId)
  const pull = repository.issues.find(({ pull }) => pull !== undefined)
  const { branches } = await outcomeOf(asked)
  if (pull === undefined || branches[0] === undefined) throw new Error('nothing was published')
  const branch = branches[0].name
  const messages = () => gitText(repository.gitDir, ['log', '--format=%B', `main..${branch}`])
  const digest = /approve ([0-9a-f]{12})`/.exec(pull.body ?? '')?.[1] ?? ''
  const say = async (by: string, body: string) => {
    const known = await world.jobs()
    const { delivery } = await world.github.comment(repository, pull.number, { by, body })
    const handled = await world.handled(delivery)
    for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id)
    return handled
  }
  return { repository, asked, branch, messages, digest, say, pull }
}

it('keeps CI away until a person approves the pull request, which adds a commit that changes nothing', async () => {
  const { repository, asked, branch, messages, digest, say } = await publish('quarantined')

  expect(await messages()).toContain('[skip ci]')
  const waiting = passedChecks.map((check) => (check === 'Airlock: success' ? 'Airlock: action_required' : check))
  expect((await outcomeOf(asked)).checks).toEqual(waiting)
  const before = await gitText(repository.gitDir, ['rev-parse', `${branch}^{tree}`])

  expect(await say('bea', `/airlock approve ${digest}`)).toMatchObject({ with: 'approved' })

  const [head = '', ...more] = (await gitText(repository.gitDir, ['log', '--format=%s', `main..${branch}`])).split('\n')
  expect([head, more.length]).toEqual(['Let CI run', 1])
  expect(await gitText(repository.gitDir, ['log', '-1', '--format=%B', branch])).not.toContain('[skip ci]')
  expect(await gitText(repository.gitDir, ['rev-parse', `${branch}^{tree}`])).toBe(before)
  const { comments, pullRequests, checks } = await outcomeOf(asked)
  expect(comments[0]).toContain('A person let CI run')
  expect(comments[0]).toContain('bea (id')
  expect(pullRequests).toHaveLength(1)
  expect(checks).toEqual([...waiting, ...passedChecks].toSorted())

  expect(await say('bea', `/airlock approve ${digest}`)).toMatchObject({ with: 'decided-before' })
  expect(await gitText(repository.gitDir, ['rev-list', '--count', `main..${branch}`])).toBe('2')
})

it('leaves a branch alone to which somebody has pushed', async () => {
  const { repository, asked, branch, digest, say } = await publish('pushed-to')
  await world.github.commit(repository, { branch, message: 'mine', files: { 'mine.txt': 'x\n' } })

  await say('bea', `/airlock approve ${digest}`)

  expect((await outcomeOf(asked)).comments[0]).toContain('has other commits by now')
  expect(await gitText(repository.gitDir, ['log', '-1', '--format=%s', branch])).toBe('mine')
})

it('stays for good when it is rejected', async () => {
  const { repository, branch, digest, say } = await publish('rejected')

  expect(await say('bea', '/airlock reject')).toMatchObject({ with: 'rejected' })
  expect(await say('bea', `/airlock approve ${digest}`)).toMatchObject({ with: 'decided-before' })
  expect(await gitText(repository.gitDir, ['rev-list', '--count', `main..${branch}`])).toBe('1')
})

it('is let run, and its job run again, by the buttons of the check run, for those who may', async () => {
  const { github } = world
  const { repository, digest, messages } = await publish('pressed')
  github.addCollaborator(repository, 'rita', 'read')
  const run = repository.checkRuns.find(({ name }) => name === 'Airlock')
  if (run === undefined) throw new Error('there is no check run')
  const press = async (by: string, identifier?: string) => {
    const known = await world.jobs()
    const { delivery } = await github.press(repository, run, {
      by,
      ...(identifier === undefined ? {} : { identifier }),
    })
    const handled = await world.handled(delivery)
    for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id)
    return handled
  }
  const approve = `approve:${digest}`
  expect(run.actions).toEqual([approve, `reject:${digest}`])

  expect(await press('rita', approve)).toMatchObject({ with: 'permission-too-low' })
  expect(await press('rita')).toMatchObject({ with: 'permission-too-low' })
  expect(await press('bea', approve)).toMatchObject({ with: 'approved' })
  expect(await messages()).toMatch(/^Let CI run/)
  const known = await world.jobs()
  expect(await press('bea', approve)).toMatchObject({ with: 'decided-before' })
  run.appId += 1
  expect(await press('bea')).toMatchObject({ kind: 'ignored' })
  run.appId -= 1
  expect(await world.jobs()).toEqual(known)

  expect(await press('bea')).toMatchObject({ kind: 'enqueued' })
  expect(await press('bea')).toMatchObject({ kind: 'enqueued' })

  expect(repository.issues.filter(({ pull }) => pull !== undefined)).toHaveLength(3)
  const all = await github.pressAll(repository, run.headSha, { by: 'rita' })
  expect(await world.handled(all.delivery)).toMatchObject({ with: 'permission-too-low' })
}, 180_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
