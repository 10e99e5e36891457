import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import type { Repository } from '../github/state/entities.ts'
import { type Runner, startRunner } from './runner.ts'

const policy = 'agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\nsetup: { run: [] }\n'

let runner: Runner
beforeAll(async () => {
  runner = await startRunner()
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

async function repositoryWith(name: string, written = policy): Promise<Repository> {
  const files = { 'README.md': 'a repository\n', '.github/airlock.yml': written }
  const repository = await runner.github.createRepository({ name, files })
  runner.github.addCollaborator(repository, 'ada', 'write')
  return repository
}

async function labelled(repository: Repository) {
  const { issue } = await runner.github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  const { delivery } = await runner.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  return { issue, delivery }
}

describe('both jobs of a run, one after the other', () => {
  test('a label becomes a branch and a draft pull request, and nothing before the second job', async () => {
    const repository = await repositoryWith('widget')
    const { issue, delivery } = await labelled(repository)

    const worked = await runner.run('work', { repository, delivery })
    expect(worked.log).not.toContain('could not be run')
    expect(worked.code).toBe(0)
    expect(worked.outputs.handover).toMatch(/^[0-9a-f]{64}$/)
    expect(repository.comments).toEqual([])
    expect((await runner.github.refs(repository)).filter(({ ref }) => ref.startsWith('refs/heads/'))).toHaveLength(1)

    const inputs = { handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    const published = await runner.run('publish', { repository, delivery, inputs })
    expect(published.log).not.toContain('could not be run')
    expect(published.code).toBe(0)
    expect(published.outputs).toMatchObject({ outcome: 'published', branch: expect.stringMatching(/^airlock\/issue-/) })
    expect(published.outputs['pull-request']).toMatch(/\/pull\/\d+$/)
    const pull = repository.issues.find((one) => one.pull !== undefined)
    expect(pull?.title).toContain('Mend it')
    const said = repository.comments.filter(({ issueNumber }) => issueNumber === issue.number)
    expect(said).toHaveLength(1)
    expect(said[0]?.body).toContain('**Done.**')
    expect(runner.github.unexpected).toEqual([])
    expect(runner.github.failures).toEqual([])
    for (const report of ['report-work', 'report-publish']) {
      expect(await verifyRecord(join(runner.artifact(report), 'audit.jsonl'), undefined)).toMatchObject({ ok: true })
    }
    expect(await readFile(join(runner.artifact('report-work'), 'change.patch'), 'utf8')).toContain('+fixed')
    expect(published.summary).toContain('| step | time |')
  }, 120_000)
})
