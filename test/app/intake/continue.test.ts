import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import type { StandingJob } from '../../../worker/contract/index.ts'
import { commentEvent } from '../triggers/make-event.ts'
import { attempt, createFakeWorld, type FakeWorld, fakeDeps, ownPull, personsPull } from './fake-repository.ts'

const digest = createHash('sha256').update('mend the lexer').digest('hex')
const last: StandingJob = {
  jobId: 'job0000001',
  actor: { id: 42, login: 'ada' },
  agent: 'gemini',
  askedAt: '2026-11-20T09:00:00Z',
  askedIn: { commentId: 54, digest },
  standing: { kind: 'ended' },
  cancelled: false,
}
const threadsOf = (...jobs: StandingJob[]) => ({ on: async () => jobs, cancel: async () => false })
const said = '<!-- airlock:job=job0000001 -->\n**Failed.** The agent ended with an error.'
const onPull = { subject: { kind: 'pull-request', number: 9, title: 'Mend the sum', body: 'Asked.' } } as const

async function goOn(changes: Partial<FakeWorld>, body = '/airlock continue now the parser', where = {}) {
  const world = createFakeWorld({
    threads: threadsOf(last),
    comments: new Map([[1, said]]),
    written: new Map([[54, '/airlock mend the lexer']]),
    ...changes,
  })
  const result = await handleTrigger(fakeDeps(world), commentEvent(body, where), attempt)
  return { world, result, request: world.jobs[0], answers: [...world.comments.values()].slice(1).join('\n') }
}

describe('/airlock continue on an issue', () => {
  it('is a new job that is told what the one before was asked and what became of it, as quoted', async () => {
    const { request } = await goOn({})

    expect(request).toMatchObject({ agent: 'gemini', base: { ref: 'main' }, subject: { kind: 'issue', number: 7 } })
    const { text, askedLength } = request?.task ?? { text: '', askedLength: 0 }
    expect(text.slice(0, askedLength)).toBe('now the parser')
    expect(text.slice(askedLength)).toMatch(
      /Issue #7[\s\S]*was asked:\n\nmend the lexer\n\nWhat became of the earlier job:\n\n\*\*Failed\.\*\*/,
    )
    expect(text).not.toContain('airlock:job=')
  })

  it('tells no words that were edited since, and no more than a part of a long answer', async () => {
    const long = `${said}${'x'.repeat(20_000)}`
    const { request } = await goOn({
      written: new Map([[54, '/airlock delete the lexer']]),
      comments: new Map([[1, long]]),
    })

    expect(request?.task.text).not.toContain('delete the lexer')
    expect(request?.task.text).toContain('What became of the earlier job:')
    expect(request?.task.text.length).toBeLessThan(9000)
  })

  it('goes on in the open pull request of ours, and says so', async () => {
    const open = { ...ownPull, number: 12, title: 'Mended', body: 'What was done.' }
    const { request, answers } = await goOn({ openPulls: [open], pull: ownPull })

    expect(request).toMatchObject({
      subject: { kind: 'pull-request', number: 12, title: 'Mended' },
      base: { ref: ownPull.ref },
      continues: { pullRequest: 12 },
      task: { text: 'now the parser\n\nThis was asked on Pull request #12: Mended\n\nWhat was done.' },
    })
    expect(answers).toContain('**Goes on in #12**')
  })

  it("asks first where a person's pull request closes it", async () => {
    const open = { ...personsPull, number: 13, title: 'Mine', body: 'Closes #7' }
    const { world, result } = await goOn({ openPulls: [open] })

    expect(result).toEqual({ kind: 'answered', with: 'open-already' })
    expect(world.jobs).toEqual([])
  })

  it.each<[string, Partial<FakeWorld>, string, string]>([
    ['nothing is said', {}, '/airlock continue', 'Say what is still to be done'],
    ['there was no job', { threads: threadsOf() }, '/airlock continue it', 'nothing to go on with'],
    [
      'the last one runs',
      { threads: threadsOf({ ...last, standing: { kind: 'waiting', place: 1 } }) },
      '/airlock continue it',
      'has not ended',
    ],
  ])('is answered and no job where %s', async (_when, changes, body, answer) => {
    const { world, result, answers } = await goOn(changes, body)

    expect(result).toEqual({ kind: 'answered', with: 'continue' })
    expect(world.jobs).toEqual([])
    expect(answers).toContain(answer)
  })
})

describe('/airlock continue on a pull request', () => {
  it('of ours is one more commit there, as any task is', async () => {
    const running = { ...last, standing: { kind: 'running', attempt: 1 } } as const
    const { request } = await goOn({ pull: ownPull, threads: threadsOf(running) }, undefined, onPull)

    expect(request).toMatchObject({ continues: { pullRequest: 9 }, task: { askedLength: 'now the parser'.length } })
  })

  it("of a person's, where the last job has ended, is told of it", async () => {
    const { request } = await goOn({}, undefined, onPull)

    expect(request).toMatchObject({ base: { ref: personsPull.ref } })
    expect(request).not.toHaveProperty('continues')
    expect(request?.task.text).toContain('What became of the earlier job:')
  })

  it('is read as the words that it has where they are asked for again', async () => {
    const askedIn = { commentId: 54, digest: createHash('sha256').update('now the parser').digest('hex') }
    const { request } = await goOn(
      { threads: threadsOf({ ...last, askedIn }), written: new Map([[54, '/airlock continue now the parser']]) },
      '/airlock retry',
    )

    expect(request?.task.text).toMatch(/^now the parser\n/)
  })
})
