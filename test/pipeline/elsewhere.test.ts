import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangeSet, JobRequest } from '../../worker/contract/index.ts'
import { gates } from '../../worker/gates/gates.ts'
import { sha256 } from '../../worker/handover/manifest.ts'
import { createRunOnActions } from '../../worker/handover/run-on-actions.ts'
import { jobKey, openSealed, publicPartOf, sealTo } from '../../worker/handover/sealed-box.ts'
import { digestOfChange } from '../../worker/pipeline/digest-of-change.ts'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'
import type { BlockedChange, HeldChanges } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { workJob } from '../../worker/pipeline/work-job.ts'
import { attemptOf, createWorld, policy, portsOf, requestOf } from './fakes.ts'

type Files = Record<string, string>
const request = requestOf({ runsOn: 'actions' })
const runId = 5
let folder: string

beforeAll(async () => {
  folder = await mkdtemp('/tmp/airlock-elsewhere-')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const after = { mode: '100644' as const, sha: 'c'.repeat(40), content: Buffer.from('one\n') }
const changeSet: ChangeSet = {
  ...{ baseSha: 'a'.repeat(40), treeSha: 'b'.repeat(40), files: [{ path: 'a.js', before: null, after }] },
}

const key = jobKey('the key of the App', request.id)
const sealed = (content: Uint8Array, to = publicPartOf(key)) => zipSync({ 'handover.sealed': sealTo(to, content) })

/** What a run hands over, with every digest right; `forge` is the runner's that was taken over. */
async function handedOver(forge: (files: Files) => Files = (files) => files, changes: object = {}) {
  const first = createWorld()
  const { summary } = await workJob(request, attemptOf(first), portsOf(first), { handsOverHeld: true })
  const content = Buffer.from('one\n').toString('base64')
  const files = forge({
    'request.json': JSON.stringify(request),
    'summary.json': JSON.stringify({ ...summary, report: { ...summary.report, usage: { ...usage, costUsd: 2 } } }),
    'change.json': JSON.stringify({ files: [{ path: 'a.js', after: { mode: '100644', content } }] }),
  })
  const manifest = {
    ...{ version: 1, jobId: request.id, repositoryId: request.repository.id, run: { id: runId, attempt: 1 } },
    change: digestOfChange(changeSet),
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha256(text)])),
    ...changes,
  }
  const all = { ...files, 'manifest.json': JSON.stringify(manifest) }
  return sealed(zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)]))))
}

const usage = { requests: 1, inputTokens: 1, outputTokens: 1 }

async function publishing(
  zip: Uint8Array,
  sent: JobRequest = request,
  changes: Parameters<typeof createWorld>[0] = {},
  more: Partial<PipelinePorts> = {},
) {
  const world = createWorld(changes)
  const spent: unknown[] = []
  const elsewhere = createRunOnActions({
    send: async () => ({ kind: 'delivered', runId, zip }),
    open: (jobId, bytes) => openSealed(jobKey('the key of the App', jobId), bytes),
    rebuild: async () => ({ kind: 'changes', changeSet }),
  })
  const place = {
    run: (one: JobRequest, watch: object) => elsewhere.run(one, { ...quiet, ...watch, folder: join(folder, 'h') }),
  }
  const ports = portsOf(world)
  const spending = {
    async add(_quotas: unknown, spend?: unknown) {
      spent.push(spend)
      return null
    },
  }
  const ended = await runJob(sent, attemptOf(world), { ...ports, gates, spending, elsewhere: place, ...more })
  return { world, ended, spent }
}

const quiet = {
  fence: { check: async () => {} },
  signal: new AbortController().signal,
  onPlace: () => undefined,
}

describe('a job that its policy has worked on elsewhere', () => {
  it('starts no sandbox here, is published from here, and its cost is counted', async () => {
    const { world, ended, spent } = await publishing(await handedOver())
    expect(ended.outcome).toMatchObject({ outcome: 'published', reason: 'pull-request-opened' })
    expect(world.log.filter((entry) => /sandbox|broker|seal$|layOut/.test(entry))).toEqual([])
    expect(spent).toEqual([undefined, { usd: 2, tokens: 2 }])
  })

  it('is kept for a person where a gate here holds it, as the change that was handed over, whatever the run said of it', async () => {
    const kept: Parameters<HeldChanges['keep']>[] = []
    const held: HeldChanges = {
      placeFor: async () => null,
      load: async () => null,
      forget: async () => undefined,
      async keep(...args) {
        kept.push(args)
        return new Date(0)
      },
    }
    const guarded = requestOf({ runsOn: 'actions', gates: { ...policy.gates, protected: ['a.js'] } })
    const { world, ended } = await publishing(await handedOver(), guarded, {}, { held })

    expect(ended.outcome).toMatchObject({ outcome: 'held', reason: 'gate-hold' })
    const digest = digestOfChange(changeSet)
    expect(kept).toMatchObject([[{ id: request.id }, { number: 3, digest }, { kind: 'change', changeSet }]])
    expect(ended.held).toMatchObject({ digest, until: new Date(0).toISOString() })
    expect(world.log.filter((entry) => /stage|hand off/.test(entry))).toEqual([])
  })

  it('is kept for the operator alone where a gate here blocks it', async () => {
    const kept: BlockedChange[] = []
    const blocked = {
      forget: async () => undefined,
      async keep(_request: JobRequest, change: BlockedChange) {
        kept.push(change)
        return new Date(0)
      },
    }
    const finding = { gate: 'size', rule: 'r', severity: 'block', path: 'a', line: null, message: 'm' } as const
    const blocks = [{ name: 'size' as const, check: () => [finding] }]
    const { ended } = await publishing(await handedOver(), request, {}, { gates: blocks, blocked })

    expect(ended.outcome.outcome).toBe('blocked')
    expect(kept).toMatchObject([{ digest: digestOfChange(changeSet) }])
  })

  it('is put on the commit that its branch went on to, where it fits there and the gates think the same of it', async () => {
    const head = '8'.repeat(40)
    const rebased = { ...changeSet, baseSha: head, treeSha: 'd'.repeat(40) }
    const tree = { treeSha: rebased.treeSha, list: async () => new Map(), read: async () => new Map() }
    const theirs = { sha: head, treeSha: '7'.repeat(40), tree, files: 1, bytes: 1, notes: [] }
    const staged: unknown[] = []
    const world = {
      movedTo: head,
      merge: async () => ({ theirs, tree, sha: 'e'.repeat(40), conflicts: [] }),
      changes: () => rebased,
    }
    const publisher: PipelinePorts['publisher'] = {
      async stage({ changeSet: one, baseTreeSha }) {
        staged.push([one.baseSha, baseTreeSha])
        return 'f'.repeat(40)
      },
      handOff: async ({ branch, commit }) => ({
        branch,
        commit,
        pullRequest: { number: 5, url: 'https://x.example/5' },
      }),
    }
    const { ended } = await publishing(await handedOver(), request, world, { publisher })

    expect(ended.outcome.outcome).toBe('published')
    expect(staged).toEqual([
      ['a'.repeat(40), expect.any(String)],
      [head, theirs.treeSha],
    ])
    expect(ended.notes).toContainEqual(expect.stringContaining(`fits its commit ${head}`))
  })

  it.each<readonly [string, () => Promise<Uint8Array>]>([
    ['another run', () => handedOver((files) => files, { run: { id: 6, attempt: 1 } })],
    ['another job', () => handedOver((files) => files, { jobId: 'job0000002' })],
    [
      'another request',
      () => handedOver((files) => ({ ...files, 'request.json': JSON.stringify({ ...request, agent: 'claude' }) })),
    ],
    [
      'another commit',
      () =>
        handedOver((files) => ({
          ...files,
          'request.json': JSON.stringify({ ...request, base: { ref: 'main', sha: 'f'.repeat(40) } }),
        })),
    ],
    ['other files than its manifest lists', () => handedOver((files) => files, { files: {} })],
    ['a name that leads out of the folder', async () => sealed(zipSync({ '../manifest.json': Buffer.from('{}') }))],
    ['a name that leads out of the artifact', async () => zipSync({ '../handover.sealed': Buffer.from('{}') })],
    ['nobody, because it is not sealed', async () => zipSync({ 'handover.sealed': zipSync({}) })],
    [
      'another job, whose key it is sealed to',
      async () => sealed(zipSync({}), publicPartOf(jobKey('the key of the App', 'job0000002'))),
    ],
    ['no archive', async () => new Uint8Array([1, 2, 3])],
  ])('publishes nothing that is of %s', async (_attack, zip) => {
    const { world, ended } = await publishing(await zip())
    expect(ended.outcome).toMatchObject({ outcome: 'refused', reason: 'handover-void' })
    expect(world.log.filter((entry) => /stage|hand off/.test(entry))).toEqual([])
  })

  it('is not sent where the person may not any more, or a secret that the gates look for is missing', async () => {
    const recheck = () => ({ outcome: 'refused', reason: 'permission-lost' }) as const
    expect((await publishing(await handedOver(), request, { recheck })).ended.outcome.reason).toBe('permission-lost')
    const asksSecret = requestOf({ runsOn: 'actions', setup: { secrets: ['NPM_TOKEN'] } })
    expect((await publishing(await handedOver(), asksSecret)).ended.outcome.reason).toBe('secret-missing')
  })

  it('is not sent where its base is a fork’s: the runner holds the repository’s secrets', async () => {
    const ofFork = { ...request, fork: { pullRequest: 7, repositoryId: 99 } }
    const { world, ended } = await publishing(await handedOver(), ofFork)
    expect(ended.outcome).toMatchObject({ outcome: 'refused', reason: 'fork-head' })
    expect(world.log.filter((entry) => /sandbox|stage|hand off/.test(entry))).toEqual([])
  })

  it('is refused where it can be sent nowhere, and not run here instead', async () => {
    const world = createWorld()
    const ended = await runJob(request, attemptOf(world), portsOf(world))
    expect(ended.outcome).toMatchObject({ outcome: 'refused', reason: 'runner-unavailable' })
    expect(world.log.filter((entry) => /sandbox/.test(entry))).toEqual([])
  })

  it('fails where no run came back', async () => {
    const world = createWorld()
    const elsewhere = { run: async () => ({ kind: 'lost', why: 'runs 1 and 2' }) as const }
    const ended = await runJob(request, attemptOf(world), { ...portsOf(world), elsewhere })
    expect(ended.outcome).toMatchObject({ outcome: 'failed', reason: 'runner-lost', detail: 'runs 1 and 2' })
  })

  it('is done here where there is no GitHub', async () => {
    const world = createWorld()
    const local = { ...request, installationId: null, subject: null }
    const ended = await runJob(local, attemptOf(world), portsOf(world))
    expect(ended.outcome.outcome).toBe('published')
    expect(world.log.filter((entry) => /sandbox/.test(entry))).not.toEqual([])
  })
})
