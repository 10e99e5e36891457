import { describe, expect, it } from 'vitest'
import { evaluateAuthority, isBot } from '../../../app/triggers/evaluate-authority.ts'
import { type Permission, permissions } from '../../../worker/contract/index.ts'

const ada = { id: 42, login: 'ada', type: 'User' }

describe('evaluateAuthority', () => {
  it.each(permissions.flatMap((live) => permissions.slice(1).map((required) => [live, required] as const)))(
    'of a person with %s where %s is needed allows exactly who has enough',
    (live, required) => {
      const enough = live !== 'none' && permissions.indexOf(live) >= permissions.indexOf(required)

      const authority = evaluateAuthority(ada, { userId: 42, permission: live }, required)

      expect(authority.allowed).toBe(enough)
    },
  )

  it('refuses a reader and says what they have and what they need', () => {
    const authority = evaluateAuthority(ada, { userId: 42, permission: 'read' }, 'write')

    expect(authority).toEqual({ allowed: false, reason: 'permission-too-low', detail: 'has read, needs write' })
  })

  it('refuses who took over the login of a person with permission', () => {
    const authority = evaluateAuthority(ada, { userId: 43, permission: 'admin' }, 'write')

    expect(authority).toMatchObject({ allowed: false, reason: 'permission-too-low' })
  })

  it('refuses who is no collaborator at all', () => {
    expect(evaluateAuthority(ada, null, 'read')).toMatchObject({ allowed: false })
  })

  it.each([
    ['our own bot', 'airlock[bot]', 'Bot'],
    ['another bot', 'dependabot[bot]', 'Bot'],
    ['a bot that is said to be a user', 'airlock[bot]', 'User'],
    ['an organisation', 'octo', 'Organization'],
    ['a mannequin', 'ada', 'Mannequin'],
    ['a type yet unknown', 'ada', 'Agent'],
  ])('refuses %s even with admin', (_what, login, type) => {
    const live: { userId: number; permission: Permission } = { userId: 42, permission: 'admin' }

    expect(evaluateAuthority({ id: 42, login, type }, live, 'write')).toMatchObject({ reason: 'bot-sender' })
    expect(isBot({ login, type })).toBe(true)
  })
})
