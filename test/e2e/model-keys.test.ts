import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelSink, sendJson, startModelSink } from '../broker/model-sink.ts'
import { outcomeOf } from './outcome-of.ts'
import { startWorld, type World } from './start-world.ts'

/** Of every issue that ada opens here. */
const taskText = 'It is broken.'
const asking = `
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key } = process.env
const answer = await fetch(url + '/v1/messages', {
  method: 'POST',
  headers: { 'x-api-key': key },
  body: JSON.stringify({ model: 'claude-sonnet-5', messages: [] }),
})
await import('node:fs/promises').then((fs) => fs.writeFile('answer.txt', String(answer.status)))
`
const policy = `agent: command\ncommand: [node, --input-type=module, -e, ${JSON.stringify(asking)}]\n`

let folder: string
let sink: ModelSink
let world: World

beforeAll(async () => {
  folder = await mkdtemp('/tmp/airlock-keys-')
  for (const owner of ['acme', 'rival']) {
    await mkdir(join(folder, owner))
    await writeFile(join(folder, owner, 'anthropic.key'), `sk-of-${owner}\n`)
  }
  sink = await startModelSink((request, response) => sendJson(response, { said: request.headers['x-api-key'] }))
  world = await startWorld({
    AIRLOCK_SECRETS_DIR: folder,
    AIRLOCK_RECORD_CONTENT: 'digest',
    AIRLOCK_ENGINES: 'process',
    ANTHROPIC_BASE_URL: sink.url,
    ANTHROPIC_API_KEY: 'sk-of-everybody',
  })
  await world.installation.startWorker()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Runs one job of this owner's. Returns what came to the provider, and the job's record. */
async function runFor(owner: string) {
  const before = sink.requests.length
  const asked = await world.ask(await world.createRepository({ name: 'api', owner, policy }))
  await world.ended(asked.jobId)
  const { branches } = await outcomeOf(asked)
  expect(branches).toMatchObject([{ changed: 'answer.txt' }])
  const files = await readdir(join(world.dataDir, 'audit'))
  const [file = ''] = files.filter((name) => name.startsWith(asked.jobId))
  return {
    keys: sink.requests.slice(before).map(({ headers }) => headers['x-api-key']),
    record: await readFile(join(world.dataDir, 'audit', file), 'utf8'),
  }
}

describe('two organisations with model keys of their own, and one without', () => {
  it.each([
    ['acme', 'sk-of-acme', ', key of acme"'],
    ['rival', 'sk-of-rival', ', key of rival"'],
    ['third', 'sk-of-everybody', 'model claude-sonnet-5"'],
  ])('the jobs of %s ask with %s', async (owner, key, recorded) => {
    const { keys, record } = await runFor(owner)

    expect(keys).toEqual([key])
    expect(record).toContain(recorded)
    expect(record).not.toContain('sk-of-')
    expect(record).toContain('requestDigest')
    expect(record).not.toContain(taskText)
  })
})
