import { createPrivateKey } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectKeptRules } from '../e2e/expect-kept-rules.ts'
import { startWorld, type World } from '../e2e/start-world.ts'
import { disguise } from '../fixtures/inside/needles.ts'
import { writeTree } from '../git/origin.ts'
import { createHostileRepository } from './hostile-repository.ts'
import { type LocalAirlock, startLocalAirlock } from './local-airlock.ts'
import { procFile } from './processes-of.ts'
import { makeShortFolder } from './short-folder.ts'
import { openSink, type Sink } from './sink.ts'

const value = 'c4n4ry-of-the-setup-secret-9f31d7'
const secrets = { DEPLOY_TOKEN: value }
const since = Date.now() - 60_000
/** Where programs leave a value, in files that the agent gets. */
const kept = ['npmrc', 'pip.conf', 'remote URL', 'node_modules', 'cache', 'file name']
/** Where they leave it in files that nobody needs after setup. */
const cleaned = ['netrc', 'npm log', 'git credentials', 'history']

let sink: Sink
let airlock: LocalAirlock

beforeAll(async () => {
  sink = await openSink()
  airlock = await startLocalAirlock({ registry: sink.url })
})
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

/** Both phases may send to the sink, so that nothing but the absence of a secret keeps it from arriving there. */
function policyOf(run: readonly string[]) {
  return { setup: { run, secrets: ['DEPLOY_TOKEN'], network: ['npm'] }, network: ['npm'], limits: { minutes: 1 } }
}

function hunt(phase: string): string[] {
  return ['node', 'tools/hunt.ts', String(sink.port), phase, String(since), `secret=${disguise(value)}`]
}

/** The last word counts: a test that is run again asks the same hunter. */
function foundIn(phase: string): string[] {
  const body = sink.bodies(`${phase}-found`).at(-1)
  return JSON.parse(body ?? '["nothing arrived"]')
}

describe('2. no setup secret is readable in the agent sandbox', () => {
  it('is gone from all places that are not kept, where the same hunter found it during setup', async () => {
    const plants = ['held', 'tmp', 'shm'].map((place) => `node tools/plant.ts ${place} DEPLOY_TOKEN`)
    const line = [...plants, hunt('setup').join(' ')].join(' && ')

    const end = await airlock.run({ secrets, policy: policyOf([line]), command: hunt('agent') })

    expect(end.summary.lastOutput).toBe('')
    expect(end.end).toBe('no-changes/agent-changed-nothing')
    const during = foundIn('setup').join('\n')
    for (const where of [
      /raw in own environment/,
      /raw in \d+\/environ/,
      /raw in \d+\/cmdline/,
      /base64 in \/tmp\/note/,
      /hex in \/dev\/shm\/note/,
      /reversed in \d+\/fd \/memfd:note/,
      /utf16 in \d+\/fd \/tmp\/deleted \(deleted\)/,
      /raw in shared memory/,
      /raw in listener .*note/,
    ]) {
      expect(during).toMatch(where)
    }
    expect(foundIn('agent')).toEqual([])
    expect(Number(sink.bodies('agent-places')[0])).toBeGreaterThan(100)
  })

  it.concurrent.each(kept)('ends the job when it is left in a file that is kept: %s', async (place) => {
    const line = `node tools/plant.ts '${place}' DEPLOY_TOKEN`

    const { end, summary } = await airlock.run({ secrets, policy: policyOf([line]), command: hunt(place) })

    expect(end).toBe('failed/secret-left-behind')
    expect(summary.outcome.detail).toMatch(/^DEPLOY_TOKEN \(.+\) in (home|workspace)\//)
    expect(JSON.stringify(summary)).not.toContain(value)
    expect(sink.bodies(`${place}-places`)).toEqual([])
  })

  it(`is removed with the files that belong to setup alone: ${cleaned.join(', ')}`, async () => {
    const lines = cleaned.map((place) => `node tools/plant.ts '${place}' DEPLOY_TOKEN`)

    const { end, summary } = await airlock.run({ secrets, policy: policyOf(lines), command: hunt('cleaned') })

    expect(summary.lastOutput).toBe('')
    expect(end).toBe('no-changes/agent-changed-nothing')
    expect(foundIn('cleaned')).toEqual([])
    expect(Number(sink.bodies('cleaned-places')[0])).toBeGreaterThan(100)
  })

  it('control: the same files with something else in them are kept, and the hunter finds that in each', async () => {
    const other = 'n0-secret-but-as-long-as-one-62ac'
    const lines = kept.map((place) => `OTHER=${other} node tools/plant.ts '${place}' OTHER`)
    const command = ['node', 'tools/hunt.ts', String(sink.port), 'control', String(since), `other=${disguise(other)}`]

    await airlock.run({ secrets, policy: policyOf(lines), command })

    const found = foundIn('control').join('\n')
    for (const where of [
      /raw in \S+\.npmrc/,
      /raw in \S+pip\.conf/,
      /raw in \S+\.git\/config/,
      /hex in \S+config\.gypi/,
      /raw in \S+index\.gz \(gzip\)/,
      /raw in \/workspace\/node_modules\//,
    ]) {
      expect(found).toMatch(where)
    }
  })
})

describe("2. no credential of GitHub's, the App's or the model's is readable in any sandbox", () => {
  const modelKey = 'key-of-the-operator-for-the-model-51d0'
  let world: World
  let home: string
  let needles: Readonly<Record<string, string>>

  beforeAll(async () => {
    home = await makeShortFolder()
    await writeTree(home, { '.npmrc': `registry=${sink.url}\n` })
    world = await startWorld({ HOME: home, ANTHROPIC_API_KEY: modelKey })
    const { app } = world.github
    const key = createPrivateKey(app.privateKey).export({ type: 'pkcs1', format: 'pem' }).toString()
    needles = {
      'model key': modelKey,
      'webhook secret': app.webhookSecret,
      'App key': key.split('\n')[5] ?? '',
      // How every one of the stand-in's tokens begins; the rest is random.
      token: `ghs_${app.id}_${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}`,
    }
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await rm(home, { recursive: true, force: true })
  })

  async function huntIn(name: string, planted: Readonly<Record<string, string>>): Promise<void> {
    const words = Object.entries(needles).map(([needle, text]) => `${needle.replace(' ', '-')}=${disguise(text)}`)
    const command = (phase: string) => [
      'node',
      'tools/hunt.ts',
      String(sink.port),
      `${name}-${phase}`,
      String(since),
      ...words,
    ]
    const policy = {
      agent: 'command',
      command: command('agent'),
      setup: { run: [command('setup').join(' ')], network: ['npm'] },
      network: ['npm'],
    }
    const repository = await createHostileRepository(world, name, policy, planted)
    const { jobId } = await world.ask(repository)
    await world.ended(jobId, 60_000)
  }

  it('is found nowhere, in neither phase, while worker and app hold them all', async () => {
    const worker = await world.installation.startWorker()
    await huntIn('clean', {})

    for (const phase of ['clean-setup', 'clean-agent']) {
      expect(foundIn(phase)).toEqual([])
      expect(Number(sink.bodies(`${phase}-places`)[0])).toBeGreaterThan(100)
    }
    for (const text of [modelKey, world.github.app.webhookSecret, needles['App key'] ?? '']) {
      expect(procFile(worker.pid, 'environ')).toContain(text)
    }
    const { minted } = world.github.tokens
    expect(minted.length).toBeGreaterThan(0)
    expect(minted.filter(({ token }) => !token.startsWith(needles.token ?? ''))).toEqual([])
    expectKeptRules(world.github)
  })

  it('control: the same hunter finds each of them where a file holds it', async () => {
    await huntIn('planted', { 'planted.txt': Object.values(needles).join('\n') })

    const all = ['model-key', 'webhook-secret', 'App-key', 'token'].map(
      (name) => `${name} raw in /workspace/planted.txt`,
    )
    expect(foundIn('planted-setup')).toEqual(expect.arrayContaining(all))
    expect(foundIn('planted-agent')).toEqual(expect.arrayContaining(all))
  })
})
