import { readFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectKeptRules } from '../e2e/expect-kept-rules.ts'
import { outcomeOf } from '../e2e/outcome-of.ts'
import type { LoggedProcess } from '../e2e/process-log.ts'
import { startWorld, type World } from '../e2e/start-world.ts'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import { type SentRuns, startSentRuns } from './sent-runs.ts'

const workflow = readFileSync('docs/examples/actions-job-caller.yml', 'utf8')
const patienceMs = 120_000
const password = 'kV7tq2Zr9WmX4bNc'

let world: World
let worker: LoggedProcess
let runs: SentRuns

beforeAll(async () => {
  world = await startWorld()
  world.github.grant({ actions: 'write' })
  runs = await startSentRuns(world.github, world.github.app.slug)
  worker = await world.installation.startWorker()
}, 120_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await runs[Symbol.asyncDispose]()
})

async function repositoryWith(name: string, command: string, more: Readonly<Record<string, string>> = {}, keys = '') {
  const policy = `agent: command\ncommand: [sh, -c, ${JSON.stringify(command)}]\nruns-on: actions\nsetup: { run: [] }\n${keys}`
  const files = { 'README.md': 'a repository\n', '.github/airlock.yml': policy, ...more }
  const repository = await world.github.createRepository({ name, files })
  world.github.addCollaborator(repository, 'ada', 'write')
  return repository
}

const withWorkflow = { '.github/workflows/airlock-job.yml': workflow }
const shown = ({ runs: all }: Repository) => all.map(({ status, conclusion }) => conclusion ?? status)

it('is worked on by a run that may write nothing, and published by the App, also where the first run is lost', async () => {
  const repository = await repositoryWith('widget', 'echo fixed > fixed.txt', withWorkflow)
  runs.behave('lost', 'work')
  const asked = await world.ask(repository)
  await world.ended(asked.jobId, patienceMs)

  expect(shown(repository)).toEqual(['cancelled', 'success'])
  expect(runs.ended.map(({ code, log }) => (code === 0 ? 'good' : log))).toEqual(['good'])
  const found = await outcomeOf(asked)
  expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
  expect(found.branches.map(({ changed }) => changed)).toEqual(['fixed.txt'])
  expect(found.pullRequests).toHaveLength(1)
  expect(found.checks).toContain('Airlock: success')
  expect(worker.lines.filter(({ step }) => step === 'setup')).toEqual([])
}, 300_000)

it('does nothing for whoever dispatches it by hand, or runs it once more', async () => {
  const [repository] = world.github.state.repositories.filter(({ name }) => name === 'widget')
  const [, sent] = repository?.runs ?? []
  if (repository === undefined || sent === undefined) throw new Error('nothing was sent before')
  const before = runs.ended.length

  const forged = await world.github.dispatch(repository, {
    by: 'ada',
    workflow: 'airlock-job.yml',
    inputs: sent.inputs,
  })
  world.github.rerun(repository, sent, 'ada')
  await runs.idle()

  const logs = runs.ended.slice(before)
  expect(logs.map(({ code }) => code)).toEqual([1, 1])
  for (const { log } of logs) expect(log).toContain('was not dispatched by airlock[bot]')
  expect(forged.artifacts).toEqual([])
}, 300_000)

it('is cancelled where it runs, and told of in the same comment', async () => {
  const repository = await repositoryWith('slow', 'sleep 900', withWorkflow)
  const asked = await world.ask(repository)
  await world.github.until(() => shown(repository).includes('in_progress'), patienceMs)
  await world.github.comment(repository, asked.issue.number, { by: 'ada', body: '/airlock cancel' })
  await world.ended(asked.jobId, patienceMs)

  expect(shown(repository)).toEqual(['cancelled'])
  const found = await outcomeOf(asked)
  expect(found.comments[0]).toMatch(/^\*\*Cancelled\.\*\*/)
  expect(found.branches).toEqual([])
}, 300_000)

it('waits for a person where a gate holds its change, and that very change is published when they approve it', async () => {
  // One gate holds the path, another what may be a secret: of that no reader of the repository may see anything.
  const command = `mkdir guarded; echo fixed > guarded/a.txt; echo 'password = "${password}"' > guarded/app.ini`
  const repository = await repositoryWith('held', command, withWorkflow, 'gates: { protected: ["guarded/**"] }\n')
  world.github.addCollaborator(repository, 'bea', 'write')
  const asked = await world.ask(repository)
  await world.ended(asked.jobId, patienceMs)
  const [told = ''] = (await outcomeOf(asked)).comments
  const digest = /Change sha256 ([0-9a-f]{64})/.exec(told)?.[1] ?? told
  expect(told).toContain('because it may show a secret')
  const [artifact] = repository.runs.flatMap(({ artifacts }) => artifacts)
  expect(Object.keys(unzipSync(artifact?.zip ?? new Uint8Array()))).toEqual(['handover.sealed'])
  const say = async (body: string) => {
    const { delivery } = await world.github.comment(repository, asked.issue.number, { by: 'bea', body })
    return world.handled(delivery)
  }

  expect(await say(`/airlock approve ${'0'.repeat(12)}`)).toMatchObject({ with: 'wrong-hash' })
  expect(await outcomeOf(asked)).toMatchObject({ pullRequests: [], branches: [] })
  const known = await world.jobs()
  expect(await say(`/airlock approve ${digest.slice(0, 12)}`)).toMatchObject({ with: 'approved' })
  for (const id of await world.jobs()) if (!known.includes(id)) await world.ended(id, patienceMs)

  const found = await outcomeOf(asked)
  expect(found.branches.map(({ changed }) => changed)).toEqual(['guarded/a.txt\nguarded/app.ini'])
  expect(found.pullRequests).toHaveLength(1)
  expect(found.comments[0]).toContain('**Done.**')
  expect(shown(repository)).toEqual(['success'])
}, 300_000)

it('is published on the commit that its branch went on to meanwhile, where it fits', async () => {
  const repository = await repositoryWith('moved', 'echo fixed > fixed.txt', withWorkflow)
  const stop = world.github.hold(
    { method: 'GET', path: /^\/repos\/acme\/moved\/actions\/runs\/\d+\/artifacts$/ },
    'before',
  )
  const asked = await world.ask(repository)
  await stop.reached
  await world.github.commit(repository, { branch: 'main', message: 'On main', files: { 'theirs.txt': 'theirs\n' } })
  stop.release()
  await world.ended(asked.jobId, patienceMs)

  const { branches, comments } = await outcomeOf(asked)
  expect(branches.map(({ changed }) => changed)).toEqual(['fixed.txt'])
  const parent = await gitText(repository.gitDir, ['rev-parse', `${branches[0]?.name}^`])
  expect(parent).toBe(await gitText(repository.gitDir, ['rev-parse', 'main']))
  expect(comments[0]).toContain('the change fits its commit')
}, 300_000)

it('is refused without actions: write, in words that say how to grant it, and is not run anywhere else', async () => {
  world.github.grant({ actions: 'read' })
  const repository = await repositoryWith('forbidden', 'echo fixed > fixed.txt', withWorkflow)
  const asked = await world.ask(repository)
  await world.ended(asked.jobId, patienceMs)
  world.github.grant({ actions: 'write' })

  const found = await outcomeOf(asked)
  expect(found.comments[0]).toMatch(/^\*\*Refused\.\*\*[\s\S]*actions: write[\s\S]*Permissions &amp; events/)
  expect({ runs: repository.runs, branches: found.branches }).toEqual({ runs: [], branches: [] })
}, 300_000)

it('is followed to its one pull request by another worker, and not sent again, where the first is killed', async () => {
  const repository = await repositoryWith('killed', 'echo fixed > fixed.txt', withWorkflow)
  const stop = world.github.hold({ method: 'GET', path: /^\/repos\/acme\/killed\/actions\/runs\/\d+$/ }, 'before')
  const asked = await world.ask(repository)
  await stop.reached
  worker.kill('SIGKILL')
  await worker.exited
  stop.release()
  worker = await world.installation.startWorker()
  await world.ended(asked.jobId, patienceMs)

  expect(shown(repository)).toEqual(['success'])
  const found = await outcomeOf(asked)
  expect(found.comments).toEqual([expect.stringContaining('**Done.**')])
  expect(found.branches).toHaveLength(1)
  expect(found.pullRequests).toHaveLength(1)
}, 300_000)

it('is refused where there is no workflow for it, and is not run anywhere else', async () => {
  const asked = await world.ask(await repositoryWith('bare', 'echo fixed > fixed.txt'))
  await world.ended(asked.jobId, patienceMs)
  const found = await outcomeOf(asked)
  expect(found.comments[0]).toMatch(/^\*\*Refused\.\*\*[\s\S]*airlock-job\.yml/)
  expect(found.branches).toEqual([])
}, 300_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
