import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { verify } from '@octokit/webhooks-methods'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createAppOctokit, createInstallationOctokit } from './clients.ts'
import { gitText } from './git/run-git.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'
import type { Repository } from './state/entities.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

describe('webhooks', () => {
  let standIn: GitHubStandIn
  let repository: Repository
  let receiver: Server
  let received: Received[]
  let status: number

  beforeEach(async () => {
    received = []
    status = 202
    receiver = createServer(async (request, response) => {
      received.push({ headers: request.headers, body: await text(request) })
      response.writeHead(status).end('taken')
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const address = receiver.address()
    standIn = await createGitHubStandIn()
    standIn.deliverTo(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api/github/webhooks`)
    repository = await standIn.createRepository({ name: 'widgets', files: { 'a.txt': 'one\n' } })
  })

  afterEach(async () => {
    await standIn[Symbol.asyncDispose]()
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
  })

  it('delivers a label as a signed event that verifies', async () => {
    const { issue } = await standIn.openIssue(repository, { title: 'Broken', body: 'It is.', by: 'mona' })

    const { delivery } = await standIn.label(repository, issue.number, { name: 'airlock', by: 'mona' })

    const last = received.at(-1)
    const { secret } = { secret: standIn.app.webhookSecret }
    expect(await verify(secret, last?.body ?? '', String(last?.headers['x-hub-signature-256']))).toBe(true)
    expect(await verify('development', last?.body ?? '', String(last?.headers['x-hub-signature-256']))).toBe(false)
    expect(last?.headers).toMatchObject({ 'x-github-event': 'issues', 'x-github-delivery': delivery.guid })
    expect(JSON.parse(last?.body ?? '')).toMatchObject({
      action: 'labeled',
      label: { name: 'airlock' },
      issue: { number: 1, title: 'Broken', body: 'It is.', labels: [{ name: 'airlock' }] },
      repository: { id: repository.id, full_name: 'acme/widgets', private: true, default_branch: 'main' },
      sender: { login: 'mona', type: 'User' },
      installation: { id: standIn.installationId },
    })
    expect(delivery).toMatchObject({ statusCode: 202, responseBody: 'taken', redelivery: false })
  })

  it('delivers again with the same GUID and body', async () => {
    const { delivery } = await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })

    const again = await standIn.redeliver(delivery.id)

    expect(again).toMatchObject({ guid: delivery.guid, redelivery: true })
    expect(again.id).not.toBe(delivery.id)
    expect(received[1]?.body).toBe(received[0]?.body)
    expect(standIn.deliveries.map(({ id }) => id)).toEqual([delivery.id, again.id])
  })

  it('lists what the receiver missed, and delivers it again when asked', async () => {
    status = 503
    for (const title of ['a', 'b', 'c']) await standIn.openIssue(repository, { title, by: 'mona' })
    const { rest, paginate } = createAppOctokit(standIn)
    status = 202
    await standIn.openIssue(repository, { title: 'd', by: 'mona' })

    const failed = await paginate(rest.apps.listWebhookDeliveries, { per_page: 2, status: 'failure' })
    await rest.apps.redeliverWebhookDelivery({ delivery_id: failed.at(-1)?.id ?? 0 })
    await expect.poll(() => standIn.deliveries.length).toBe(5)

    expect(failed.map(({ status_code, event }) => [status_code, event])).toEqual(Array(3).fill([503, 'issues']))
    expect(standIn.deliveries[4]).toMatchObject({
      guid: standIn.deliveries[0]?.guid,
      redelivery: true,
      statusCode: 202,
    })
    const detail = await rest.apps.getWebhookDelivery({ delivery_id: failed[0]?.id ?? 0 })
    expect(detail.data.request.payload).toMatchObject({ action: 'opened', issue: { title: 'c' } })
  })

  it('keeps what the receiver answered, and that there was none', async () => {
    status = 503
    const refused = await standIn.openIssue(repository, { title: 'a', by: 'mona' })
    standIn.deliverTo('http://127.0.0.1:1/')
    const lost = await standIn.openIssue(repository, { title: 'b', by: 'mona' })
    standIn.deliverTo(undefined)
    const unsent = await standIn.openIssue(repository, { title: 'c', by: 'mona' })

    expect([refused, lost, unsent].map(({ delivery }) => delivery.statusCode)).toEqual([503, 0, 0])
  })

  it('tells the App of its own comments too, as GitHub does', async () => {
    await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })
    const octokit = createInstallationOctokit(standIn)

    await octokit.rest.issues.createComment({ owner: 'acme', repo: 'widgets', issue_number: 1, body: '/airlock help' })
    await expect.poll(() => received.length).toBe(2)

    const { comment, sender } = JSON.parse(received[1]?.body ?? '')
    expect([comment.body, sender.login, sender.type]).toEqual(['/airlock help', 'airlock[bot]', 'Bot'])
  })

  it('says what a text was before it was edited', async () => {
    await standIn.openIssue(repository, { title: 'Old', body: 'old', by: 'mona' })
    const { comment } = await standIn.comment(repository, 1, { body: 'first', by: 'mona' })

    await standIn.editIssue(repository, 1, { body: 'new', by: 'mallory' })
    await standIn.editComment(repository, comment.id, { body: 'second', by: 'mallory' })

    expect(
      standIn.deliveries.slice(-2).map(({ event, action, payload }) => ({ event, action, changes: payload.changes })),
    ).toEqual([
      { event: 'issues', action: 'edited', changes: { body: { from: 'old' } } },
      { event: 'issue_comment', action: 'edited', changes: { body: { from: 'first' } } },
    ])
  })

  it('tells a merge: the pull request, then each issue that its text closes', async () => {
    standIn.addCollaborator(repository, 'mona', 'write')
    await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })
    await standIn.openIssue(repository, { title: 'Another', by: 'mona' })
    await standIn.commit(repository, { branch: 'topic', message: 'm', files: { 'b.txt': 'b' } })
    const body = 'Closes #1. See #2.'
    await standIn.openPullRequest(repository, {
      title: 'Mend',
      head: 'topic',
      base: 'main',
      body,
      draft: true,
      by: 'mona',
    })
    await standIn.commit(repository, { branch: 'main', message: 'meanwhile', files: { 'c.txt': 'c' } })

    await expect(standIn.mergePullRequest(repository, 3, { by: 'mallory' })).rejects.toThrow('may not')
    await expect(standIn.mergePullRequest(repository, 3, { by: 'mona' })).rejects.toThrow('draft')
    await standIn.markReady(repository, 3, { by: 'mona' })
    const { sha, closed } = await standIn.mergePullRequest(repository, 3, { by: 'mona' })

    const refs = await standIn.refs(repository)
    expect(refs).toContainEqual(expect.objectContaining({ ref: 'refs/heads/main', sha }))
    expect(await gitText(repository.gitDir, ['ls-tree', '--name-only', 'main'])).toBe('a.txt\nb.txt\nc.txt')
    expect(closed.map(({ number }) => number)).toEqual([1])
    expect(repository.issues.map(({ state }) => state)).toEqual(['closed', 'open', 'closed'])
    const [merged, issue] = standIn.deliveries.slice(-2)
    expect(merged).toMatchObject({
      ...{ event: 'pull_request', action: 'closed' },
      payload: { pull_request: { merged: true, merge_commit_sha: sha, merged_by: { login: 'mona' }, commits: 1 } },
    })
    expect(issue).toMatchObject({ event: 'issues', action: 'closed', payload: { issue: { number: 1 } } })
  })

  it("carries every field that GitHub's own examples carry", async () => {
    await standIn.openIssue(repository, { title: 'Broken', by: 'mona' })
    await standIn.label(repository, 1, { name: 'airlock', by: 'mona' })
    await standIn.comment(repository, 1, { body: 'hello', by: 'mona' })
    await standIn.commit(repository, { branch: 'topic', message: 'm', files: { 'b.txt': 'b' } })
    await standIn.openPullRequest(repository, { title: 'Mend', head: 'topic', base: 'main', by: 'mona' })

    const examples = await readExamples()
    const missing = standIn.deliveries.flatMap(({ event, action, payload }) => {
      const example = examples.find(({ name }) => name === event)?.examples.find((one) => one.action === action)
      return missingKeys(example, payload, `${event}.${action}`)
    })

    expect(missing).toEqual([])
    expect(standIn.deliveries.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'issues.opened',
      'issues.labeled',
      'issue_comment.created',
      'pull_request.opened',
    ])
  })
})

async function readExamples() {
  const file = fileURLToPath(import.meta.resolve('@octokit/webhooks-examples'))
  const schema = z.array(
    z.object({ name: z.string(), examples: z.array(z.looseObject({ action: z.string().optional() })) }),
  )
  return schema.parse(JSON.parse(await readFile(file, 'utf8')))
}

/** Paths in the example that ours lacks; where ours is null or a list is empty, there is nothing below it to compare. */
function missingKeys(example: unknown, ours: unknown, path: string): string[] {
  if (Array.isArray(example))
    return Array.isArray(ours) && ours.length > 0 ? missingKeys(example[0], ours[0], `${path}[]`) : []
  if (typeof example !== 'object' || example === null || ours === null) return []
  if (typeof ours !== 'object') return [path]
  const own = new Map(Object.entries(ours))
  return Object.entries(example).flatMap(([key, value]) =>
    own.has(key) ? missingKeys(value, own.get(key), `${path}.${key}`) : [`${path}.${key}`],
  )
}
