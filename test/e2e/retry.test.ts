import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
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

it('a job that changed nothing goes on with what it said, and then in its pull request, from the issue', async () => {
  const { github } = world
  const keeps = 'grep -q "^now do it" "$AIRLOCK_TASK_FILE" || exit 0; cat "$AIRLOCK_TASK_FILE" >> asked.txt'
  const policy = `agent: command\ncommand: ${JSON.stringify(['sh', '-c', keeps])}\n`
  const repository = await world.createRepository({ name: 'further', policy })
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  const say = async (body: string) => {
    const { delivery } = await github.comment(repository, issue.number, { by: 'ada', body })
    const handled = await world.handled(delivery)
    if (handled.kind === 'enqueued') await world.ended(handled.jobId, 120_000)
    return handled
  }
  await say('/airlock mend the lexer')

  await say('/airlock continue now do it')
  const there = await say('/airlock continue now do it in the parser too')

  const pull = repository.issues.find((one) => one.pull !== undefined)
  const asked = await gitText(repository.gitDir, ['show', `${pull?.pull?.headRef}:asked.txt`])
  expect(asked).toMatch(/^now do it\n[\s\S]*was asked:\n\nmend the lexer\n[\s\S]*\*\*No changes\.\*\*/)
  expect(asked).toContain('now do it in the parser too\n\nThis was asked on Pull request #2')
  expect(repository.issues.filter((one) => one.pull !== undefined)).toHaveLength(1)
  const bodiesOn = (number?: number) => repository.comments.filter(({ issueNumber }) => issueNumber === number)
  expect(bodiesOn(issue.number).at(-1)?.body).toContain(`**Goes on in #${pull?.number}**`)
  expect(bodiesOn(pull?.number).at(-1)?.body).toContain(`airlock:job=${there.jobId} `)
  expect(bodiesOn(pull?.number).at(-1)?.body).toContain('**Done.**')
}, 300_000)

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
