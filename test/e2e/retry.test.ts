import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import { startWorld, type World, writesOneFile } from './start-world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker()
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

const fails = 'agent: command\ncommand: [sh, -c, "exit 3"]\n'

it('a job that failed is asked for again in the same words, once the policy is mended', async () => {
  const { github } = world
  const repository = await world.createRepository({ name: 'again', policy: fails })
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  const say = async (body: string) => {
    const { delivery } = await github.comment(repository, issue.number, { by: 'ada', body })
    const handled = await world.handled(delivery)
    if (handled.kind === 'enqueued') await world.ended(handled.jobId, 120_000)
    return handled
  }
  const first = await say('/airlock mend the lexer')
  const failed = await outcomeOf({ repository, issue, jobId: first.jobId })
  const files = { '.github/airlock.yml': writesOneFile }
  await github.commit(repository, { branch: 'main', message: 'Mend the policy', files })

  const second = await say('/airlock retry')

  const { comments, pullRequests } = await outcomeOf({ repository, issue, jobId: second.jobId })
  expect(failed.comments.at(-1)).toMatch(/^\*\*Failed\.\*\*/)
  expect(comments.at(-1)).toContain('**Done.**')
  expect(pullRequests).toHaveLength(1)
  expect(repository.issues.find(({ pull }) => pull !== undefined)?.body).toContain('mend the lexer')

  const asking = repository.comments.find(({ body }) => body === '/airlock mend the lexer')
  if (asking !== undefined) asking.body = '/airlock delete the lexer'
  expect(await say('/airlock retry')).toMatchObject({ kind: 'answered', with: 'retry' })
  expect((await outcomeOf({ repository, issue, jobId: second.jobId })).comments.at(-1)).toContain('edited since')
}, 300_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
