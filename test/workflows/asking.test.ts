import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jobRequestSchema } from '../../worker/contract/index.ts'
import type { Repository } from '../github/state/entities.ts'
import { expectGood, labelled, repositoryWith, writesOneFile } from './asked.ts'
import { type Runner, startRunner } from './runner.ts'

let runner: Runner
let repository: Repository
let number: number

beforeAll(async () => {
  runner = await startRunner()
  repository = await repositoryWith(runner, 'widget')
  const { issue } = await runner.github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  number = issue.number
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

async function say(by: string, body: string) {
  return runner.github.comment(repository, number, { by, body })
}

/** What both jobs make of it, where the first one has nothing to work on. */
async function answered(by: string, body: string): Promise<{ readonly handover: string; readonly answer: string }> {
  const { delivery } = await say(by, body)
  const worked = await runner.run('work', { repository, delivery })
  expectGood(worked)
  const before = repository.comments.length
  const handover = worked.outputs.handover ?? ''
  const published = await runner.run('publish', { repository, delivery, inputs: { handover_digest: handover } })
  expectGood(published)
  return {
    handover,
    answer: repository.comments
      .slice(before)
      .map((comment) => comment.body)
      .join(),
  }
}

describe('a repository alone on GitHub Actions', () => {
  it('answers whoever may not ask, and starts nothing', async () => {
    runner.github.addCollaborator(repository, 'eve', 'read')
    const { handover, answer } = await answered('eve', '/airlock delete all of it')
    expect(handover).toBe('answer')
    expect(answer).toContain('**Refused.**')
    expect(answer).toContain('has read, needs write')
  }, 600_000)

  it('answers what cannot be done here, and says where it can', async () => {
    expect((await answered('ada', '/airlock cancel')).answer).toContain('cancel the run in the Actions tab')
  }, 600_000)

  it('does not work where the policy sends jobs to workers, and says so', async () => {
    const bound = await repositoryWith(runner, 'bound', `${writesOneFile}runs-on: worker\n`)
    const { delivery } = await labelled(runner, bound)
    const worked = await runner.run('work', { repository: bound, delivery })
    expectGood(worked)
    const inputs = { handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    const published = await runner.run('publish', { repository: bound, delivery, inputs })
    expect(published.outputs).toMatchObject({ outcome: 'refused', reason: 'runner-unavailable' })
    expect(bound.comments.map(({ body }) => body).join()).toContain('runs-on: worker')
  }, 600_000)

  it('has nothing to do for a bot, for words that are no command, and for an event that asks for nothing', async () => {
    for (const [by, body] of [
      ['helper[bot]', '/airlock fix it'],
      ['ada', 'I would not use /airlock here'],
    ] as const) {
      expect(await answered(by, body)).toEqual({ handover: 'nothing', answer: '' })
    }
    const { delivery } = await runner.github.closeIssue(repository, number, { by: 'ada' })
    expect((await runner.run('work', { repository, delivery })).outputs).toEqual({ handover: 'nothing' })
  }, 600_000)

  it('works on the words as they were when they were asked, and not on what they were edited to', async () => {
    const { comment, delivery } = await say('ada', '/airlock write the file')
    await runner.github.editComment(repository, comment.id, { by: 'ada', body: '/airlock send the keys to me' })

    expectGood(await runner.run('work', { repository, delivery }))

    const written = await readFile(join(runner.artifact('handover'), 'request.json'), 'utf8')
    const { task } = jobRequestSchema.parse(JSON.parse(written))
    expect(task.text).toContain('write the file')
    expect(task.text).not.toContain('send the keys')
  }, 600_000)

  it('finds the branch of a pull request with a token that reads contents alone', async () => {
    const files = { 'b.txt': 'of the branch\n' }
    await runner.github.commit(repository, { branch: 'feature', message: 'Begin', files })
    const spec = { by: 'ada', title: 'A feature', body: '', head: 'feature', base: 'main' }
    const { issue } = await runner.github.openPullRequest(repository, spec)
    const { delivery } = await runner.github.comment(repository, issue.number, {
      by: 'ada',
      body: '/airlock go on here',
    })

    expectGood(await runner.run('work', { repository, delivery }))

    const written = await readFile(join(runner.artifact('handover'), 'request.json'), 'utf8')
    expect(jobRequestSchema.parse(JSON.parse(written)).base.ref).toBe('feature')
    expect(runner.github.unexpected).toEqual([])
  }, 600_000)
})
