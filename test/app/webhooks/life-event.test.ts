import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { QueueUnavailableError } from '../../../worker/contract/index.ts'
import { now } from './payloads.ts'
import { post, startApp } from './start-app.ts'

const examplesSchema = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))
const all = examplesSchema.parse(createRequire(import.meta.url)('@octokit/webhooks-examples'))
const examples = (event: string) => all.find(({ name }) => name === event)?.examples ?? []
const sender = { id: 42, login: 'root', type: 'User' }
const removed = {
  action: 'removed',
  installation: { id: 99 },
  repositories_added: [],
  repositories_removed: [{ id: 7, full_name: 'acme/api' }],
  sender,
}

describe('what an installation or a repository goes through', () => {
  it.each(['installation', 'installation_repositories', 'repository'])(
    "is taken from GitHub's own %s",
    async (event) => {
      await using app = await startApp({ now })

      const answers = await Promise.all(
        examples(event).map(async (payload) => {
          const response = await post(app, event, JSON.stringify({ installation: { id: 1 }, ...payload }))
          return `${String(payload.action)} ${response.status}`
        }),
      )

      const nothing = ['edited', 'new_permissions_accepted']
      const expected = examples(event).map(
        ({ action }) => `${String(action)} ${nothing.includes(String(action)) ? 200 : 202}`,
      )
      expect(answers).toEqual(expected)
      expect(answers.length).toBeGreaterThan(2)
      expect(app.accepted).toEqual([])
    },
  )

  it('is carried by ids, with names for people', async () => {
    await using app = await startApp({ now })

    await post(app, 'installation_repositories', JSON.stringify(removed), { 'x-github-delivery': 'one' })

    expect(app.acceptedLife).toEqual([
      {
        ...{ version: 1, deliveryId: 'one', name: 'installation_repositories.removed', installationId: 99, by: 'root' },
        ...{ repositories: [{ id: 7, owner: 'acme', name: 'api' }], receivedAt: now().toISOString() },
      },
    ])
  })

  it.each([
    [
      'an issue',
      'repository',
      { ...removed, action: 'deleted', issue: {}, repository: { id: 7, full_name: 'acme/api' } },
      400,
    ],
    ['nobody', 'installation', { action: 'deleted', installation: { id: 1 } }, 400],
    ['no installation', 'repository', { action: 'deleted', sender }, 200],
  ])('is not taken from a body of %s', async (_what, event, payload, status) => {
    await using app = await startApp({ now })

    expect((await post(app, event, JSON.stringify(payload))).status).toBe(status)
    expect(app.acceptedLife).toEqual([])
  })

  it('is refused without its signature: nobody else can have anything removed', async () => {
    await using app = await startApp({ now })
    const forged = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }

    expect((await post(app, 'installation_repositories', JSON.stringify(removed), forged)).status).toBe(401)
    expect(app.acceptedLife).toEqual([])
    expect((await post(app, 'installation_repositories', JSON.stringify(removed))).status).toBe(202)
  })

  it('is asked for again while the queue is away', async () => {
    const acceptLife = async () => {
      throw new QueueUnavailableError('connection refused')
    }
    await using app = await startApp({ now, intake: { accept: async () => 'accepted', acceptLife } })

    expect((await post(app, 'installation_repositories', JSON.stringify(removed))).status).toBe(503)
  })
})
