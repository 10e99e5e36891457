import { describe, expect, it } from 'vitest'
import { type DecisionFacts, evaluateDecision } from '../../../app/triggers/evaluate-decision.ts'
import type { HeldEntry } from '../../../worker/contract/index.ts'

const digest = `${'ab'.repeat(31)}cd`
const bea = { id: 42, login: 'bea', type: 'User' }
const entryOf = (changes: Partial<HeldEntry> = {}): HeldEntry => ({
  kind: 'change',
  jobId: 'job0000001',
  digest,
  requester: { id: 7, login: 'ada' },
  approvals: { own: true, permission: 'write' },
  until: '2026-12-01T00:00:00.000Z',
  decision: null,
  ...changes,
})
const factsOf = (changes: Partial<DecisionFacts> = {}): DecisionFacts => ({
  sender: bea,
  live: { userId: 42, permission: 'write' },
  eventKey: 'comment:1',
  held: [entryOf()],
  ...changes,
})
const kindOf = (verb: 'approve' | 'reject', hash: string | null, changes: Partial<DecisionFacts> = {}) =>
  evaluateDecision({ verb, hash }, factsOf(changes)).kind

describe('a word on a held change', () => {
  it('counts when it names the change and comes from somebody who may', () => {
    expect(kindOf('approve', digest)).toBe('take')
    expect(kindOf('approve', digest.slice(0, 7))).toBe('take')
    expect(kindOf('reject', null)).toBe('take')
  })

  it('counts from somebody in a team that the policy names, and from nobody else', () => {
    const held = [entryOf({ approvals: { own: true, permission: 'write', teams: ['security'] } })]
    const inTeams = (teams: readonly string[]) => ({ held, asker: { kind: 'known', teams } as const })

    expect(kindOf('approve', digest, inTeams(['security']))).toBe('take')
    expect(kindOf('approve', digest, inTeams(['platform']))).toBe('not-allowed')
    expect(kindOf('approve', digest, { held, asker: { kind: 'unknown', why: 'not granted' } })).toBe('not-allowed')
    expect(kindOf('approve', digest, { held })).toBe('not-allowed')
  })

  it.each([
    ['a reader', { live: { userId: 42, permission: 'read' } as const }],
    ['nobody that GitHub knows', { live: null }],
    ['somebody who took over the login', { live: { userId: 1, permission: 'admin' } as const }],
    ['a bot', { sender: { ...bea, type: 'Bot' } }],
    ['less than the policy asks for', { held: [entryOf({ approvals: { own: true, permission: 'admin' } })] }],
  ])('does not count from %s', (_who, changes) => {
    expect(kindOf('approve', digest, changes)).toBe('not-allowed')
    expect(kindOf('reject', null, changes)).toBe('not-allowed')
  })

  it('of the one who asked takes back, but does not let out, where the policy says so', () => {
    const held = [entryOf({ requester: { id: 42, login: 'bea' }, approvals: { own: false, permission: 'write' } })]
    expect(kindOf('approve', digest, { held })).toBe('own-change')
    expect(kindOf('reject', digest, { held })).toBe('take')
    expect(kindOf('approve', digest), 'control').toBe('take')
  })

  it('names one change or none', () => {
    const two = [entryOf(), entryOf({ jobId: 'job0000002', digest: `${'ab'.repeat(31)}ef` })]
    expect(kindOf('approve', null)).toBe('hash-missing')
    expect(kindOf('approve', '0123456')).toBe('wrong-hash')
    expect(kindOf('approve', 'abababa', { held: two })).toBe('ambiguous-hash')
    expect(kindOf('reject', null, { held: two })).toBe('hash-missing')
    expect(kindOf('approve', digest, { held: two })).toBe('take')
    expect(kindOf('approve', digest, { held: [] })).toBe('nothing-held')
  })

  it('names the same change when its event is looked at again', () => {
    const decision = {
      verb: 'reject',
      by: bea,
      permission: 'write',
      at: entryOf().until,
      eventKey: 'comment:1',
    } as const
    const held = [entryOf({ decision: { ...decision, by: { id: 42, login: 'bea' } } })]
    expect(kindOf('reject', null, { held })).toBe('take')
    expect(kindOf('reject', null, { held, eventKey: 'comment:2' })).toBe('nothing-held')
  })
})
