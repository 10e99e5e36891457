import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import type { PullRequestNow } from '../../../app/intake/ports.ts'
import { reasonTexts } from '../../../app/replies/reason-texts.ts'
import { statusMarker } from '../../../worker/contract/index.ts'
import { commentEvent } from '../triggers/make-event.ts'
import {
  attempt,
  botLogin,
  createFakeWorld,
  type FakeWorld,
  fakeDeps,
  outage,
  ownPull,
  personsPull,
} from './fake-repository.ts'

const subject = { kind: 'pull-request', number: 9, title: 'Mend the sum', body: 'What was asked: mend it.' } as const

async function ask(changes: Partial<FakeWorld>, body: string = subject.body) {
  const world = createFakeWorld(changes)
  const event = commentEvent('/airlock add a test', { subject: { ...subject, body } })
  const result = await handleTrigger(fakeDeps(world), event, attempt)
  return { world, result, request: world.jobs[0], answers: [...world.comments.values()].join('\n') }
}

describe('a command on an open pull request that this App opened', () => {
  it('goes on in its branch, from where that is now', async () => {
    const { request } = await ask({ pull: ownPull, commits: ['Mend the sum', 'A typo'] })

    expect(request).toMatchObject({
      base: { ref: ownPull.ref, sha: ownPull.sha },
      continues: { pullRequest: 9, branch: ownPull.ref, commits: ['Mend the sum', 'A typo'] },
    })
    expect(request?.task.text).toMatch(/^add a test\n\nThis was asked on Pull request #9/)
  })

  it('goes on there also where it asks for the last job once more', async () => {
    const askedIn = { commentId: 54, digest: createHash('sha256').update('mend the lexer').digest('hex') }
    const past = { actor: { id: 42, login: 'ada' }, agent: 'claude', askedAt: '2026-11-20T10:00:00Z', askedIn } as const
    const last = { ...past, jobId: 'job0000001', standing: { kind: 'ended' }, cancelled: false } as const
    const threads = { on: async () => [last], cancel: async () => false }
    const world = createFakeWorld({ pull: ownPull, threads, written: new Map([[54, '/airlock mend the lexer']]) })

    await handleTrigger(fakeDeps(world), commentEvent('/airlock retry', { subject }), attempt)

    expect(world.jobs).toMatchObject([
      { continues: { pullRequest: 9 }, task: { text: expect.stringMatching(/^mend the lexer\n/) } },
    ])
  })

  it.each(['status', 'cancel', 'retry'])(
    'is told by %s where the job was asked that made it, before any other',
    async (word) => {
      const say = async (changes: Partial<FakeWorld>) => {
        const world = createFakeWorld(changes)
        await handleTrigger(fakeDeps(world), commentEvent(`/airlock ${word}`, { subject }), attempt)
        return [...world.comments.values()].join()
      }
      const past = { actor: { id: 42, login: 'ada' }, agent: 'claude', askedAt: '2026-11-20T10:00:00Z' } as const
      const one = { ...past, jobId: 'job0000001', standing: { kind: 'ended' }, cancelled: false } as const

      expect(await say({ pull: ownPull })).toContain('was asked on #7: write it there')
      expect(await say({ pull: personsPull })).not.toContain('#7')
      const threads = { on: async () => [one], cancel: async () => false }
      expect(await say({ pull: ownPull, threads })).not.toContain('#7')
    },
  )

  it('tells the agent no more of its text than the beginning', async () => {
    const body = `asked and done ${'x'.repeat(60_000)}`

    const own = await ask({ pull: ownPull }, body)
    const theirs = await ask({}, body)

    expect(own.request?.task.text).toContain('asked and done')
    expect(own.request?.task.text.length).toBeLessThan(9000)
    expect(theirs.request?.task.text.length).toBeGreaterThan(60_000)
  })

  it('is refused where it is closed or merged, and told what to do', async () => {
    const { world, result, answers } = await ask({ pull: { ...ownPull, open: false } })

    expect(result).toEqual({ kind: 'answered', with: 'pull-request-closed' })
    expect(world.jobs).toEqual([])
    expect(answers).toContain(reasonTexts['pull-request-closed'].next)
  })

  it('is tried again where GitHub does not say what is protected: nothing is guessed', async () => {
    const world = createFakeWorld({ pull: ownPull })
    world.failing.set('isProtected', outage)

    const handled = handleTrigger(fakeDeps(world), commentEvent('/airlock add a test', { subject }), attempt)

    await expect(handled).rejects.toThrow(outage)
    expect(world.jobs).toEqual([])
  })
})

describe('a pull request that only looks like ours is worked on as a person’s', () => {
  const attacks: [string, Partial<PullRequestNow>][] = [
    ["a stranger's, from a branch called airlock/x", { author: personsPull.author }],
    ['of a person who calls themselves as we do', { author: { login: botLogin, type: 'User' } }],
    ["another bot's, from a branch called airlock/x", { author: { login: 'renovate[bot]', type: 'Bot' } }],
    ['of a deleted account', { author: null }],
    ['from a branch elsewhere', { ref: 'feature' }],
    ['from a branch that only begins so', { ref: 'airlock' }],
    ['from a branch in a folder below ours', { ref: 'airlock/x/y' }],
    ['from a branch with a name that no job of ours makes', { ref: 'airlock/x$(id)' }],
  ]

  it.each(attacks)('%s', async (_what, changes) => {
    const { request, result } = await ask({ pull: { ...ownPull, ...changes } })

    expect(result.kind).toBe('enqueued')
    expect(request?.continues).toBeUndefined()
  })

  it.each(attacks)('also where it is closed: %s', async (_what, changes) => {
    const { result } = await ask({ pull: { ...ownPull, open: false, ...changes } })

    expect(result.kind).toBe('enqueued')
  })

  it('one whose text carries our marks and closing lines', async () => {
    const forged = `${statusMarker('job0000001')}\nMade by an agent (claude) in a sandbox of Airlock, asked by ada.`

    const { request } = await ask({ pull: { ...personsPull, ref: 'airlock/x' } }, forged)

    expect(request?.continues).toBeUndefined()
  })

  it('one whose branch is the default branch', async () => {
    const now = { ...createFakeWorld().now, defaultBranch: ownPull.ref }

    expect((await ask({ now, pull: ownPull })).request?.continues).toBeUndefined()
  })

  it('one whose branch is protected', async () => {
    const { request } = await ask({ pull: ownPull, protectedBranches: [ownPull.ref] })

    expect(request).toMatchObject({ base: { ref: ownPull.ref } })
    expect(request?.continues).toBeUndefined()
  })

  it('control: with none of these it is ours', async () => {
    expect((await ask({ pull: ownPull, protectedBranches: ['main'] })).request?.continues).toBeDefined()
  })
})

it("a fork's head is marked as one, whatever its branch is called and whoever opened it, and is nobody's to go on in", async () => {
  for (const ref of [ownPull.ref, 'main']) {
    const { request } = await ask({ pull: { ...ownPull, ref, repositoryId: 2 } })

    expect(request).toMatchObject({ base: { ref: 'refs/pull/9/head', sha: ownPull.sha }, fork: { repositoryId: 2 } })
    expect(request?.continues).toBeUndefined()
  }
})

it('a fork that is gone is refused', async () => {
  const { result, world } = await ask({ pull: { ...ownPull, repositoryId: null } })

  expect(result).toEqual({ kind: 'answered', with: 'fork-head' })
  expect(world.jobs).toEqual([])
})
