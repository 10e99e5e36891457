import { afterAll, beforeAll, expect, it } from 'vitest'
import { toToolCall } from '../model/agent-tools.ts'
import type { Script } from '../model/conversation.ts'
import { type ModelServer, startModel } from '../model/start-model.ts'
import { outcomeOf } from './outcome-of.ts'
import { type Asked, startWorld, type World } from './start-world.ts'

const key = 'key-0123456789-0123456789-0123456789'
const policy = 'agent: pi\ngates: { protected: ["guarded/**"] }\n'

/** Breaks a rule as if it had not been told of it; told again, it mends what it is told of. */
const forgetful: Script = (conversation) => {
  const { tools, entries } = conversation
  if (tools.length === 0) return { text: 'Mend it' }
  if (entries.some(({ kind }) => kind === 'result')) return { text: 'I did it.' }
  const isTold = (words: string) => entries.some((entry) => entry.kind === 'user' && entry.text.includes(words))
  const first = 'mkdir -p guarded && echo x > guarded/a.txt && echo fixed > fixed.txt'
  const command = isTold('"guarded/a.txt"') ? 'rm -r guarded' : isTold('This goes on with') ? 'echo on > on.txt' : first
  return { calls: [toToolCall({ do: 'run', command }, conversation)] }
}

let model: ModelServer
let world: World
let asked: Asked

beforeAll(async () => {
  model = await startModel({ script: forgetful, apiKey: key })
  const env = { AIRLOCK_ENGINES: 'process', ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: key }
  world = await startWorld(env)
  await world.installation.startWorker()
}, 120_000)
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
})

it('is published without what a gate held, after a real agent had its turn to mend it', async () => {
  asked = await world.ask(await world.createRepository({ name: 'forgetful', policy }))
  await world.ended(asked.jobId, 120_000)

  const found = await outcomeOf(asked)
  expect(found.branches).toMatchObject([{ changed: 'fixed.txt' }])
  const pull = asked.repository.issues.find(({ pull }) => pull !== undefined)
  expect(pull?.body).toContain('It had one turn to mend it, and it did.')
  expect(model.requests.filter(({ body }) => body.includes('You have one more turn'))).not.toEqual([])
}, 180_000)

it('is told to the agent of the job that goes on with it, as what agents said and did', async () => {
  const { repository } = asked
  const pull = repository.issues.find(({ pull }) => pull !== undefined)
  const { delivery } = await world.github.comment(repository, pull?.number ?? 0, { by: 'ada', body: '/airlock go on' })
  const { jobId } = await world.handled(delivery)
  await world.ended(jobId, 120_000)

  const [prompt = '', ...others] = model.requests.flatMap(({ body }) =>
    body.includes('This goes on with pull request') ? [body] : [],
  )
  const [, session = ''] = prompt.split('What agents said and did in its last sessions, the newest last:')
  expect(others.length).toBeGreaterThan(0)
  expect(session).toMatch(/- used bash: mkdir -p guarded.*- said: I did it\..*- used bash: rm -r guarded.*----- end of/)
}, 180_000)
