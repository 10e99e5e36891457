import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../app/repo-policy/default-policy.ts'
import { policyDigest } from '../../../app/repo-policy/policy-digest.ts'
import { type FrozenFacts, freezeRequest, jobIdFor } from '../../../app/triggers/freeze-request.ts'
import { jobIdSchema, jobRequestSchema } from '../../../worker/contract/index.ts'
import { commentEvent, labelEvent } from './make-event.ts'

const facts: FrozenFacts = {
  task: null,
  agent: null,
  base: { ref: 'main', sha: 'a'.repeat(40) },
  instructionsSha: 'a'.repeat(40),
  private: true,
  defaultBranch: 'main',
  policy: defaultPolicy,
}

describe('freezeRequest', () => {
  it('freezes what the person saw, with its digest, the base and the policy', () => {
    const request = freezeRequest(labelEvent(), facts)

    const text = 'Sum is off by one\n\nAdds one too many.'
    expect(request.task).toEqual({ text, digest: createHash('sha256').update(text).digest('hex'), askedLength: 0 })
    expect(request.base).toEqual(facts.base)
    expect(request.policyDigest).toBe(policyDigest(defaultPolicy))
    expect(request).toMatchObject({ agent: 'claude', actor: { id: 42, login: 'ada' }, installationId: 99 })
    expect(jobRequestSchema.parse(JSON.parse(JSON.stringify(request)))).toEqual(request)
  })

  it('gives the agent the command first and then what it was asked on', () => {
    const request = freezeRequest(commentEvent('/airlock fix\r\nit'), { ...facts, task: 'fix\r\nit' })

    expect(request.task.text).toBe('fix\nit\n\nThis was asked on Issue #7: Sum is off by one\n\nAdds one too many.')
    expect(request.task.text.slice(0, request.task.askedLength)).toBe('fix\nit')
    expect(request.trigger).toMatchObject({ kind: 'command', commentId: 55 })
  })

  it('takes the agent that the label names before that of the policy', () => {
    expect(freezeRequest(labelEvent(), { ...facts, agent: 'codex' }).agent).toBe('codex')
  })

  it('takes every secret out of the policy where a fork’s code runs, and keeps CI away; whose policy it is stays', () => {
    const rule = { host: 'npm.example.com', credential: { secret: 'NPM_TOKEN' } }
    const policy = {
      ...defaultPolicy,
      setup: { secrets: ['TOKEN'], network: ['npm', rule] },
      network: [rule],
      handoff: { ...defaultPolicy.handoff, ci: 'run' as const },
    }
    const fork = { pullRequest: 9, repositoryId: 2 }

    const stranger = freezeRequest(labelEvent(), { ...facts, policy, fork })
    const own = freezeRequest(labelEvent(), { ...facts, policy })

    const without = [{ host: 'npm.example.com' }]
    expect(stranger.policy).toMatchObject({ setup: { secrets: [], network: ['npm', ...without] }, network: without })
    expect(JSON.stringify(stranger)).not.toMatch(/TOKEN/)
    expect(stranger.policy.handoff.ci).toBe('skip')
    expect(stranger.policyDigest).toBe(own.policyDigest)
    expect(own.policy.setup.secrets).toEqual(['TOKEN'])
  })

  it('makes the same job of the same event, whatever its delivery was called', () => {
    const first = freezeRequest(labelEvent({ deliveryId: 'one' }), facts)
    const again = freezeRequest(labelEvent({ deliveryId: 'two' }), facts)
    const other = freezeRequest(labelEvent({ eventKey: 'label:1:8:airlock:42:2026-11-20T10:00:00Z' }), facts)

    expect(again.id).toBe(first.id)
    expect(other.id).not.toBe(first.id)
  })

  it('makes job ids of the closed alphabet from any key', () => {
    for (const key of ['', '../../etc', 'ü'.repeat(256), '\u0000'])
      expect(jobIdSchema.parse(jobIdFor(key))).toBeDefined()
  })

  it('takes the longest texts that GitHub sends', () => {
    const subject = { kind: 'issue', number: 7, title: 't'.repeat(1024), body: 'b'.repeat(130_000) } as const

    const request = freezeRequest(commentEvent('/airlock', { subject }), { ...facts, task: 'c'.repeat(130_000) })

    expect(request.task.text.length).toBeGreaterThan(260_000)
  })
})
