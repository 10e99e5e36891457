import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelSink, sendJson, startModelSink } from '../broker/model-sink.ts'
import type { Repository } from '../github/state/entities.ts'
import { startWorld, type World } from './start-world.ts'

/** $1.20 a request: 100,000 tokens each way of a model at $2 and $10. */
const usage = { input_tokens: 100_000, output_tokens: 100_000 }
const asking = `
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key } = process.env
const body = JSON.stringify({ model: 'claude-sonnet-5', messages: [] })
for (let turn = 0; turn < 4; turn += 1) {
  const { status } = await fetch(url + '/v1/messages', { method: 'POST', headers: { 'x-api-key': key }, body })
  if (status !== 200) process.exit(1)
}
`
const policyOf = (budgets: string) =>
  `agent: command\ncommand: [node, --input-type=module, -e, ${JSON.stringify(asking)}]\nbudgets: { ${budgets} }\n`

let sink: ModelSink
let world: World
beforeAll(async () => {
  sink = await startModelSink((_request, response) => sendJson(response, { usage }))
  const env = { AIRLOCK_ENGINES: 'process', ANTHROPIC_BASE_URL: sink.url, ANTHROPIC_API_KEY: 'sk-of-everybody' }
  world = await startWorld(env)
  await world.installation.startWorker()
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

async function create(owner: string, name: string, budgets: string): Promise<Repository> {
  const repository = await world.createRepository({ owner, name, policy: policyOf(budgets) })
  world.github.addCollaborator(repository, 'bob', 'write')
  return repository
}

/** One job of this person's: how many requests reached the provider, and what the App answered. */
async function ask(repository: Repository, by: string) {
  const before = sink.requests.length
  const { issue } = await world.github.openIssue(repository, { by, title: 'Ask', body: 'Ask.' })
  const { delivery } = await world.github.label(repository, issue.number, { by, name: 'airlock' })
  const { jobId } = await world.handled(delivery)
  await world.ended(jobId)
  const said = repository.comments.filter(
    ({ issueNumber, user }) => issueNumber === issue.number && user.type === 'Bot',
  )
  return { requests: sink.requests.length - before, said: said.map(({ body }) => body).join('\n') }
}

describe('budgets of a day, through app, queue, worker and gateway', () => {
  it('of a person: stop a job at the limit and the next before it runs, in every repository of the owner', async () => {
    const budgets = 'person: 2'
    const [one, other, elsewhere] = [
      await create('persons', 'one', budgets),
      await create('persons', 'other', budgets),
      await create('strangers', 'one', budgets),
    ]

    const first = await ask(one, 'ada')
    const second = await ask(other, 'ada')

    // The second request reached the limit, and the third was not let through.
    expect(first).toEqual({ requests: 2, said: expect.stringContaining("the day's budget of ada in persons, 2 USD") })
    expect(second).toEqual({ requests: 0, said: expect.stringContaining('**Refused.**') })
    expect(second.said).toContain("the day's budget of ada in persons, 2 USD")
    // The controls: another person there, and the same person elsewhere.
    expect(await ask(one, 'bob')).toMatchObject({ requests: 2 })
    expect(await ask(elsewhere, 'ada')).toMatchObject({ requests: 2 })
  })

  it('of a repository: for whoever asks, and for no other repository', async () => {
    const budgets = 'repository: 3'
    const [one, other] = [await create('repos', 'one', budgets), await create('repos', 'other', budgets)]

    expect(await ask(one, 'ada')).toMatchObject({ requests: 3 })
    expect(await ask(one, 'bob')).toEqual({
      requests: 0,
      said: expect.stringContaining("the day's budget of repos/one, 3 USD"),
    })
    expect(await ask(other, 'bob')).toMatchObject({ requests: 3 })
  })

  it('of an organisation: for all its repositories and people, and for no other organisation', async () => {
    const budgets = 'organisation: 1'
    const [one, other, rival] = [
      await create('orgs', 'one', budgets),
      await create('orgs', 'other', budgets),
      await create('rivals', 'one', budgets),
    ]

    expect(await ask(one, 'ada')).toMatchObject({ requests: 1 })
    expect(await ask(other, 'bob')).toEqual({
      requests: 0,
      said: expect.stringContaining("the day's budget of orgs, 1 USD"),
    })
    expect(await ask(rival, 'bob')).toMatchObject({ requests: 1 })
  })
})
