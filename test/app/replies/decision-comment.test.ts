import { describe, expect, it } from 'vitest'
import { type DecisionReply, decisionComment } from '../../../app/replies/decision-comment.ts'
import type { HeldEntry } from '../../../worker/contract/index.ts'

const entry = (kind: HeldEntry['kind']): HeldEntry => ({
  kind,
  jobId: 'job0000001',
  digest: 'c'.repeat(64),
  requester: { id: 7, login: 'ada' },
  approvals: { own: true, permission: 'write' },
  until: '2026-12-13T00:00:00.000Z',
  decision: null,
})
const say = (reply: DecisionReply) => decisionComment('answer0001', '/airlock', reply)

describe('the answer to a word on what is held', () => {
  it.each([
    ['change', 'approved', 'published as it is'],
    ['change', 'rejected', 'is deleted'],
    ['ci', 'approved', 'an empty commit lets CI run'],
    ['ci', 'rejected', 'CI stays away'],
  ] as const)('of a %s that is %s says what happens, and calls nobody', (kind, verb, text) => {
    const comment = say({ kind: verb, entry: entry(kind), by: '@bea' })

    expect(comment).toContain(text)
    expect(comment).toContain('cccccccccccc')
    expect(comment).not.toContain('@bea')
  })

  it.each([
    ['change', 'Ask for the work again.'],
    ['ci', 'Push a commit to its branch to have CI run.'],
  ] as const)('of a %s that is no longer kept says what to do instead', (kind, text) => {
    expect(say({ kind: 'expired', entry: entry(kind) })).toContain(text)
  })
})
