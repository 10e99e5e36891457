import { describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import { commentEvent } from '../triggers/make-event.ts'
import {
  attempt,
  botLogin,
  createFakeWorld,
  type FakeWorld,
  fakeDeps,
  headSha,
  outage,
  ownPull,
} from './fake-repository.ts'

const subject = { kind: 'pull-request', number: 9, title: 'Mend the sum', body: 'What was asked: mend it.' } as const

async function rebase(changes: Partial<FakeWorld>, where: Parameters<typeof commentEvent>[1] = { subject }) {
  const world = createFakeWorld({ pull: ownPull, ...changes })
  const result = await handleTrigger(fakeDeps(world), commentEvent('/airlock rebase', where), attempt)
  return { world, result, answers: [...world.comments.values()].join('\n') }
}

describe('/airlock rebase', () => {
  it('is a job on the branch of our pull request, with what its base branch is at this moment', async () => {
    const { world, result } = await rebase({})

    expect(result.kind).toBe('enqueued')
    const [request] = world.jobs
    expect(request).toMatchObject({
      base: { ref: ownPull.ref, sha: ownPull.sha },
      continues: { pullRequest: 9 },
      merges: { ref: 'main', sha: headSha, from: 'c'.repeat(40) },
      task: { text: expect.stringMatching(/^Bring this pull request up to its base branch\.\n/) },
    })
    // There are no words of a task that could be asked again.
    expect(request?.trigger).not.toHaveProperty('askedIn')
  })

  it.each<[string, Partial<FakeWorld>, string]>([
    ['it is up to date', { divergence: { common: headSha, isBehind: false } }, '**Nothing to do.**'],
    ['the two have nothing in common', { divergence: null }, 'no commit in common'],
    ["it is a person's", { pull: { ...ownPull, author: { login: 'ada', type: 'User' } } }, '*Update branch*'],
    ['its branch is protected', { protectedBranches: [ownPull.ref] }, 'writes to no protected branch'],
  ])('is answered and no job where %s', async (_when, changes, answer) => {
    const { world, result, answers } = await rebase(changes)

    expect(result).toEqual({ kind: 'answered', with: 'rebase' })
    expect(world.jobs).toEqual([])
    expect(answers).toContain(answer)
  })

  it('is refused where the pull request is closed', async () => {
    const { world, result } = await rebase({ pull: { ...ownPull, open: false } })

    expect(result).toEqual({ kind: 'answered', with: 'pull-request-closed' })
    expect(world.jobs).toEqual([])
  })

  it('on an issue names the pull request that it belongs on', async () => {
    const open = { ...ownPull, number: 12, title: 'Mended', body: '' }
    const pull = { ...open, author: { login: botLogin, type: 'Bot' } }

    expect((await rebase({ openPulls: [pull] }, {})).answers).toContain('for this issue that is #12')
    expect((await rebase({}, {})).answers).toContain('there is none open for this issue')
  })

  it('is tried again where GitHub does not say how far the two are apart', async () => {
    await expect(rebase({ failing: new Map([['divergence', outage]]) })).rejects.toThrow(outage)
  })

  it('is refused to a reader', async () => {
    const { world, result } = await rebase({ live: { userId: 42, permission: 'read' } })

    expect(result).toEqual({ kind: 'answered', with: 'permission-too-low' })
    expect(world.jobs).toEqual([])
  })
})
