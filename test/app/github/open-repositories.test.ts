import { describe, expect, it } from 'vitest'
import type { GitHubApp, TokenClient } from '../../../app/github/create-github-app.ts'
import { createRepositories } from '../../../app/github/open-repositories.ts'
import { GitHubError } from '../../../app/intake/github-error.ts'
import type { TriggerEvent } from '../../../worker/contract/index.ts'
import { attempt } from '../intake/fake-repository.ts'
import { commentEvent, labelEvent } from '../triggers/make-event.ts'

const repository = { id: 1, name: 'repo', private: true, archived: false, default_branch: 'main' }

/** An App whose tokens reach what the test says, and that counts those which were not revoked. */
function fakeApp(reachable: unknown, organisation: Error | null = null) {
  const opened: unknown[] = []
  let live = 0
  const app: GitHubApp = {
    unreached: { has: async () => false, note: async () => undefined },
    asApp: () => expect.unreachable('nothing here is the App itself'),
    installationOf: async () => null,
    botLogin: async () => 'airlock[bot]',
    async revokeLeft(owner) {
      opened.push(`what is left of ${owner}`)
    },
    async openClient(_installation, { owner: _, ...scope }, permissions): Promise<TokenClient> {
      if ('names' in scope && organisation !== null) throw organisation
      live += 1
      opened.push({ ...scope, permissions })
      const answer = async () => reachable
      const revoke = async () => {
        live -= 1
      }
      const find = 'names' in scope ? async () => null : answer
      return { call: answer, find, reaches: [], [Symbol.asyncDispose]: revoke }
    },
  }
  return { app, opened, live: () => live }
}

const open = (app: GitHubApp, event: TriggerEvent = labelEvent()) => createRepositories(app).open(event, attempt)

describe('opening a repository', () => {
  it('finds it by its id under its present name', async () => {
    const { app } = fakeApp({ repositories: [{ ...repository, name: 'renamed', owner: { login: 'Octo' } }] })

    await using opened = await open(app)

    expect(opened?.facts.now).toMatchObject({ owner: 'Octo', name: 'renamed', defaultBranch: 'main' })
  })

  it.each([
    ['was transferred to another owner', { repositories: [{ ...repository, owner: { login: 'eve' } }] }],
    ['is not the one that is reached', { repositories: [{ ...repository, id: 2, owner: { login: 'octo' } }] }],
    ['is not reached at all', { repositories: [] }],
  ])('opens nothing where it %s, and keeps no token', async (_what, reachable) => {
    const { app, live } = fakeApp(reachable)

    expect(await open(app)).toBeNull()
    expect(live()).toBe(0)
  })

  it('asks for what an answer needs there, and to read the policies', async () => {
    const reachable = { repositories: [{ ...repository, owner: { login: 'octo' } }] }
    const { app, opened, live } = fakeApp(reachable)
    const subject = { kind: 'pull-request', number: 9, title: 'x', body: '' } as const

    for (const event of [labelEvent(), commentEvent('/airlock x y', { subject })]) {
      await using opening = await open(app, event)
      await opening?.facts.organisationPolicy()
    }

    const read = { metadata: 'read', contents: 'read' }
    const policyIn = (name: string) => ({ names: [name], permissions: { contents: 'read' } })
    const policy = [policyIn('.github'), policyIn('.github-private')]
    expect(opened.filter((entry) => typeof entry !== 'string')).toEqual([
      // On an issue, open pull requests for it are looked for.
      { repositoryId: 1, permissions: { ...read, issues: 'write', pull_requests: 'read' } },
      ...policy,
      { repositoryId: 1, permissions: { ...read, pull_requests: 'write' } },
      ...policy,
    ])
    expect(live()).toBe(0)
  })

  it('keeps no token when it fails half-way', async () => {
    const reachable = { repositories: [{ ...repository, owner: { login: 'octo' } }] }
    const { app, live } = fakeApp(reachable, new GitHubError('unavailable', 'away'))

    await using opening = await open(app)
    await expect(opening?.facts.organisationPolicy()).rejects.toMatchObject({ retryable: true })
    await opening?.[Symbol.asyncDispose]()
    expect(live()).toBe(0)
  })

  it('first revokes what a killed attempt at the same event left', async () => {
    const { app, opened } = fakeApp({ repositories: [] })
    const event = labelEvent()

    await open(app, event)

    expect(opened[0]).toBe(`what is left of ${event.eventKey}`)
  })
})
