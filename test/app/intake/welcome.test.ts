import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { GitHubError } from '../../../app/intake/github-error.ts'
import { welcome } from '../../../app/intake/welcome.ts'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'
import { defaultOperatorPolicy, parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import type { LifeEvent, LifeEventName } from '../../../worker/contract/index.ts'
import { attempt, outage, refusal } from './fake-repository.ts'

const handbook = { id: 1, owner: 'acme', name: 'handbook', archived: false }
const other = { id: 2, owner: 'acme', name: 'other', archived: false }

function world(text: string, organisation: PolicyText = { kind: 'none' }) {
  const parsed = parseOperatorPolicy(text, 'operator.yml')
  const claimed = new Set<number>()
  const opened: string[] = []
  const failures: Error[] = []
  const unread: Error[] = []
  const bodies: string[] = []
  const deps = {
    operatorPolicy: parsed.ok ? parsed.policy : defaultOperatorPolicy,
    book: {
      claim: async (id: number) => !claimed.has(id) && claimed.add(id).has(id),
      forget: async (id: number) => void claimed.delete(id),
    },
    async organisationPolicy() {
      const failure = unread.shift()
      if (failure !== undefined) throw failure
      return organisation
    },
    deskOf: (_event: LifeEvent, { name }: { readonly name: string }) => ({
      async open(_level: string, { title, body }: { readonly title: string; readonly body: string }) {
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        bodies.push(body)
        opened.push(`${name}: ${title}`)
        return { repository: name, number: 1 }
      },
    }),
    log: pino({ level: 'silent' }),
  }
  const add = (name: LifeEventName = 'installation_repositories.added', repositories = [handbook, other]) => {
    const event: LifeEvent = {
      ...{ version: 1, deliveryId: 'one', name, installationId: 9, by: 'root', receivedAt: '2026-11-30T00:00:00Z' },
      repositories: repositories.map(({ archived: _, ...named }) => named),
    }
    return welcome(deps, event, [handbook, other, { ...other, id: 3, name: 'handbook-2' }], attempt)
  }
  return { add, opened, bodies, failures, unread }
}

const wanted = 'welcome: [acme/handbook*]'
const told = ['handbook: Airlock is here: first steps']

describe('the issue with the first steps', () => {
  it('is opened in what was added and the operator named, once', async () => {
    const { add, opened } = world(wanted)

    for (const _again of [1, 2]) await add()

    expect(opened).toEqual(told)
  })

  it('is opened where nobody wants it: never', async () => {
    const { add, opened } = world('{}')

    await add()

    expect(opened).toEqual([])
  })

  it('is opened in what was added and the organisation named, in its own words for a trigger', async () => {
    const text = 'welcome: ["acme/*"]\ntriggers: { label: robot, permission: maintain }\n'
    const { add, opened, bodies } = world('{}', { kind: 'text', text })

    for (const _again of [1, 2]) await add()

    expect(opened).toEqual([...told, 'other: Airlock is here: first steps'])
    expect(bodies[0]).toContain('`robot`')
    expect(bodies[0]).toContain('at least maintain')
    expect(bodies[0]).toContain("The organisation's airlock.yml asks for this issue.")
  })

  it.each<[string, PolicyText]>([
    ['is broken', { kind: 'text', text: 'welcome: ["acme/*"]\nmodle: gpt-5\n' }],
    ['names others', { kind: 'text', text: 'welcome: ["other/*", acme/another]\n' }],
    ['cannot be read', { kind: 'unreadable', why: 'it is too large' }],
  ])('is opened nowhere for an organisation whose policy %s', async (_how, policy) => {
    const { add, opened } = world('{}', policy)

    await add()

    expect(opened).toEqual([])
  })

  it('is opened for the operator where the organisation is out of reach, and asked again where GitHub was away', async () => {
    const { add, opened, unread } = world(wanted)
    unread.push(outage, refusal)
    await expect(add()).rejects.toBe(outage)

    await add()

    expect(opened).toEqual(told)
  })

  it('is not opened by what adds nothing', async () => {
    const { add, opened } = world(wanted)

    for (const name of ['repository.renamed', 'installation.unsuspend', 'repository.publicized'] as const)
      await add(name)

    expect(opened).toEqual([])
  })

  it('is opened when it is added again where it was taken off before it could be', async () => {
    const { add, opened, failures } = world(wanted)
    failures.push(new GitHubError('not-found', 'taken off by the test'))

    for (const _again of [1, 2]) await add()

    expect(opened).toEqual(told)
  })

  it('is tried again where GitHub was away, and given up where it refuses: issues are off', async () => {
    const { add, opened, failures } = world(wanted)
    failures.push(outage)
    await expect(add()).rejects.toBe(outage)

    await add()

    expect(opened).toEqual(told)
    const refused = world(wanted)
    refused.failures.push(refusal)
    for (const _again of [1, 2]) await refused.add()
    expect(refused.opened).toEqual([])
  })
})
