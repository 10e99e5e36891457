import { describe, expect, it } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import type { ExecRequest, Held } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, exited, portsOf, requestOf, type World } from './fakes.ts'

const branch = 'airlock/issue-3-0123456789'
const request: JobRequest = {
  ...requestOf(),
  subject: { kind: 'pull-request', number: 5, title: 'It is mended' },
  base: { ref: branch, sha: 'a'.repeat(40) },
  continues: { pullRequest: 5, branch, commits: ['Mend it'] },
}
const run = (world: World) => runJob(request, attemptOf(world), portsOf(world))

describe('a job that goes on with a pull request of ours', () => {
  it('ends with one more commit there, and has no text for another pull request', async () => {
    const summary = await run(createWorld({ handOff: async () => ({ branch }) }))

    expect(summary.outcome).toEqual({ outcome: 'published', reason: 'pull-request-continued' })
    expect(summary.report).toMatchObject({ branch, commit: 'f'.repeat(40), pullRequest: null })
    expect(summary.notes).toEqual([])
  })

  it('keeps that end with what an approval of its CI needs', async () => {
    const policy = { ...request.policy, handoff: { draft: true, ci: 'quarantine' } } as const
    const ends: unknown[] = []
    const held = {
      placeFor: async () => null,
      keep: async (_request: JobRequest, _place: unknown, { summary }: Held) => {
        ends.push(summary.outcome.reason)
        return new Date()
      },
      load: async () => null,
      forget: async () => undefined,
    }
    const world = createWorld({ handOff: async () => ({ branch }) })

    await runJob({ ...request, policy }, attemptOf(world), { ...portsOf(world), held })

    expect(ends).toEqual(['pull-request-continued'])
  })

  it('says so where what it made is in a pull request of its own instead, and why', async () => {
    const summary = await run(createWorld({ handOff: async () => ({ apart: 'it got other commits' }) }))

    expect(summary.outcome.reason).toBe('pull-request-opened')
    expect(summary.report).toMatchObject({ branch: 'airlock/issue-3', pullRequest: { title: 'Fix' } })
    expect(summary.notes).toEqual([expect.stringContaining(`${branch}, but it got other commits`)])
  })

  it('is told what was said before, and leaves what it said itself to the next, on that pull request alone', async () => {
    const kept: unknown[] = []
    const sessions = {
      read: async (_of: unknown, number: number) => (number === 5 ? '- said: before' : null),
      keep: async (_of: unknown, number: number, session: string) => {
        kept.push([number, session])
      },
    }
    const end = (handOff: World['handOff'], events: World['events']) => {
      const exec = async (_phase: string, { onOutput }: ExecRequest) => {
        await onOutput?.(Buffer.from('one line\n'), 'stdout')
        return exited
      }
      const world = createWorld({ handOff, events, exec })
      return runJob(request, attemptOf(world), { ...portsOf(world), sessions }).then(() => world)
    }
    const now = { kind: 'text', text: 'now' } as const

    const { audit } = await end(async () => ({ branch }), [now])
    await end(async () => ({ apart: 'it moved', pullRequest: { number: 6, url: 'https://example.com/6' } }), [now])
    await end(async () => ({ branch }), [])

    expect(audit).toContainEqual({
      kind: 'prompt',
      data: expect.objectContaining({ prompt: expect.stringContaining('the newest last:\n- said: before\n') }),
    })
    expect(kept).toEqual([
      [5, '- said: before\n- said: now'],
      [6, '- said: now'],
    ])
  })

  it('is handed off again by an attempt that follows, and nothing is made anew', async () => {
    const first = createWorld({
      handOff: async () => {
        throw new Error('died here')
      },
    })
    await run(first)
    const second = createWorld({ saved: first.saved, handOff: async () => ({ branch }) })

    const summary = await run(second)

    expect(summary.outcome.reason).toBe('pull-request-continued')
    expect(second.log.filter((entry) => /^(sandbox|stage|hand off)/.test(entry))).toEqual([
      `hand off ${'f'.repeat(40)}`,
    ])
  })

  it.each([
    ['before anything ran', 1],
    ['while the agent worked', 2],
  ])('adds nothing where the pull request was closed %s', async (_when, at) => {
    let asked = 0
    const recheck = () => {
      asked += 1
      return asked < at ? null : ({ outcome: 'refused', reason: 'pull-request-closed' } as const)
    }
    const world = createWorld({ recheck })

    const summary = await run(world)

    expect(summary.outcome.reason).toBe('pull-request-closed')
    expect(world.log.filter((entry) => entry.startsWith('hand off'))).toEqual([])
  })
})
