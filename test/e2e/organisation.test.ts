import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readRecord } from '../../worker/audit/read-record.ts'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import type { Repository } from '../github/state/entities.ts'
import { createDeliveryRequest } from '../github/webhooks/delivery-request.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { outcomeOf } from './outcome-of.ts'
import type { LoggedProcess } from './process-log.ts'
import { letGo, standsStill, untilStandingStill } from './stand-still.ts'
import { type Asked, startWorld, type World, writesOneFile } from './start-world.ts'

const soonMs = 60_000
const onHost = 'image: host\n'
const setsUp = `${writesOneFile}${onHost}setup: { run: ["mkdir -p deps && echo made > deps/a.txt"] }\n`

let folder: string
let world: World
let worker: LoggedProcess
let secrets: string
beforeAll(async () => {
  folder = await mkdtemp('/tmp/airlock-operator-')
  const operatorFile = join(folder, 'operator.yml')
  await writeFile(operatorFile, 'isolation: { rules: [{ visibility: public, least: microvm }] }\n')
  world = await startWorld({ AIRLOCK_ENGINES: 'process', AIRLOCK_OPERATOR_POLICY: operatorFile })
  secrets = join(world.temporary, 'secrets')
  await mkdir(join(secrets, 'acme', 'leaves'), { recursive: true })
  await writeFile(join(secrets, 'acme', 'leaves', 'TOKEN'), 'a long secret value')
  worker = await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '2', AIRLOCK_SECRETS_DIR: secrets })
}, 120_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const handled = (guid: string) =>
  world.installation.app.waitFor(({ msg, deliveryId }) => msg === 'organisation event' && deliveryId === guid, soonMs)

/** What a worker wrote down of it, when it had acted. */
async function recordOf(deliveryId: string): Promise<string> {
  const folder = join(world.dataDir, 'audit')
  const find = async () => {
    for (const name of (await readdir(folder)).filter((one) => one.startsWith('organisation-'))) {
      const text = JSON.stringify(await Array.fromAsync(readRecord(join(folder, name))))
      if (!text.includes(deliveryId)) continue
      expect(await verifyRecord(join(folder, name))).toMatchObject({ ok: true })
      return text
    }
    throw new Error(`no record has ${deliveryId}`)
  }
  return vi.waitFor(find, { timeout: soonMs, interval: 100 })
}

const mirrorOf = ({ id }: Repository) => existsSync(join(world.dataDir, 'mirrors', `${id}.git`))
const snapshots = async () =>
  (await readdir(join(world.dataDir, 'snapshots'))).filter((name) => /^[0-9a-f]{64}$/.test(name)).length

async function recordOfJob({ jobId }: Asked): Promise<string> {
  await world.ended(jobId)
  return JSON.stringify(await Array.fromAsync(readRecord(join(world.dataDir, 'audit', `${jobId}-1.jsonl`))))
}

async function standStill(name: string, owner = 'acme'): Promise<Asked> {
  const asked = await world.ask(await world.createRepository({ name, owner, policy: standsStill + onHost }))
  await untilStandingStill(worker, asked.jobId)
  return asked
}

const pullsOf = ({ issues }: Repository) => issues.filter(({ pull }) => pull !== undefined)

describe('a repository that the App is taken off', () => {
  it('loses its mirror, its snapshots and its running job; another keeps all of it, and secrets stay the operator’s', async () => {
    const leaves = await world.createRepository({ name: 'leaves', policy: setsUp })
    const stays = await world.createRepository({ name: 'stays', policy: setsUp })
    for (const repository of [leaves, stays]) await world.ended((await world.ask(repository)).jobId)
    expect([mirrorOf(leaves), mirrorOf(stays), await snapshots()]).toEqual([true, true, 2])
    await world.github.commit(leaves, {
      ...{ branch: 'main', message: 'Stand still' },
      files: { '.github/airlock.yml': standsStill + onHost },
    })
    const asked = await world.ask(leaves, 'Another')
    await untilStandingStill(worker, asked.jobId)

    const { guid } = await world.github.reach(leaves, false)

    expect(await handled(guid)).toMatchObject({ found: 'active', stopped: 1, by: 'root' })
    expect(await recordOfJob(asked)).toContain('access-ended')
    expect(await recordOf(guid)).toContain(`"repositoryId":${leaves.id},"mirror":true,"snapshots":1`)
    expect([mirrorOf(leaves), mirrorOf(stays), await snapshots()]).toEqual([false, true, 1])
    expect(existsSync(join(secrets, 'acme', 'leaves', 'TOKEN'))).toBe(true)
    const warned = await worker.waitFor(({ msg }) => msg.startsWith('secrets of a repository that has left'), soonMs)
    expect(warned.folders).toEqual([join(secrets, 'acme', 'leaves')])
    await worker.waitFor(({ msg }) => msg === 'removed what was kept in Redis', soonMs)
    expect(pullsOf(leaves)).toHaveLength(1)
  }, 120_000)

  it('is not touched by its old webhook when it is back, whoever sends that again', async () => {
    const repository = await world.createRepository({ name: 'returned', policy: setsUp })
    const gone = await world.github.reach(repository, false)
    await recordOf(gone.guid)
    await recordOf((await world.github.reach(repository, true)).guid)
    await world.ended((await world.ask(repository)).jobId)

    const { app } = world.github
    const guid = randomUUID()
    const replay = createDeliveryRequest({
      ...{ appId: app.id, secret: app.webhookSecret, event: gone.event, guid, payload: gone.payload },
    })
    const url = `${world.installation.appUrl}/api/github/webhooks`
    expect((await fetch(url, { method: 'POST', ...replay })).status).toBe(202)

    expect(await handled(guid)).toMatchObject({ effects: [], stopped: 0 })
    await recordOf(guid)
    expect(mirrorOf(repository)).toBe(true)
  }, 120_000)

  it('is the same whether it was taken off or deleted', async () => {
    const repository = await world.createRepository({ name: 'deleted', policy: setsUp })
    await world.ended((await world.ask(repository)).jobId)

    const { guid } = await world.github.deleteRepository(repository)

    expect(await recordOf(guid)).toContain('out-of-reach')
    expect(mirrorOf(repository)).toBe(false)
  }, 120_000)
})

describe('a repository that stays', () => {
  it('goes on with its job when it is renamed, under its new name', async () => {
    const asked = await standStill('old-name')

    const { guid } = await world.github.renameAndTell(asked.repository, 'new-name')
    expect(await handled(guid)).toMatchObject({ effects: [], stopped: 0 })
    expect(await recordOf(guid)).toContain('"name":"new-name"')
    await letGo(world.dataDir, { jobId: asked.jobId, attempt: 1, phase: 'agent' })

    await world.ended(asked.jobId)
    expect((await outcomeOf(asked)).pullRequests).toHaveLength(1)
    expect(mirrorOf(asked.repository)).toBe(true)
  }, 120_000)

  it('publishes nothing once it is archived', async () => {
    const asked = await standStill('archived')

    const { guid } = await world.github.archive(asked.repository)

    expect(await handled(guid)).toMatchObject({ stopped: 1, effects: [{ effect: 'stop', why: 'archived' }] })
    expect(await recordOfJob(asked)).toContain('access-ended')
    expect(pullsOf(asked.repository)).toEqual([])
    expect(mirrorOf(asked.repository)).toBe(true)
  }, 120_000)
})

describe('a repository that is transferred', () => {
  it('to an organisation with another policy: its job ends, and nothing of it is there for the new owner’s', async () => {
    await world.github.createRepository({
      ...{ name: '.github', owner: 'buyer', files: { 'airlock.yml': 'triggers: { permission: admin }\n' } },
    })
    const asked = await standStill('sold', 'seller')

    const { guid } = await world.github.transferAndTell(asked.repository, 'buyer')

    expect(await recordOfJob(asked)).toContain('access-ended')
    expect(await recordOf(guid)).toContain('repository.transferred')
    await vi.waitFor(() => expect(mirrorOf(asked.repository)).toBe(false), { timeout: soonMs })
    expect(pullsOf(asked.repository)).toEqual([])
    const { delivery } = await world.github.comment(asked.repository, asked.issue.number, {
      ...{ by: 'ada', body: '/airlock do it all the same' },
    })
    expect(await world.handled(delivery)).toMatchObject({ kind: 'answered', with: 'permission-too-low' })
  }, 120_000)
})

describe('an installation', () => {
  it('that is suspended stops its jobs and keeps what it has; one that is deleted loses it', async () => {
    const asked = await standStill('tenant', 'tenants')
    const { installation } = asked.repository
    const id = installation?.id ?? 0

    const suspended = await world.github.suspendAndTell(true, id)
    expect(await handled(suspended.guid)).toMatchObject({ found: 'suspended', stopped: 1 })
    expect(await recordOfJob(asked)).toContain('access-ended')
    await recordOf(suspended.guid)
    expect(mirrorOf(asked.repository)).toBe(true)
    await recordOf((await world.github.suspendAndTell(false, id)).guid)

    const deleted = await world.github.uninstall(id)
    expect(await handled(deleted.guid)).toMatchObject({ found: 'gone' })
    expect(await recordOf(deleted.guid)).toContain('installation-deleted')
    expect(mirrorOf(asked.repository)).toBe(false)
  }, 120_000)
})

describe('a job that waits', () => {
  it('is judged by the policy of now when its repository was made public: a stricter one refuses it', async () => {
    const busy = [await standStill('busy-3'), await standStill('busy-4')]
    const waiting = await world.ask(await world.createRepository({ name: 'exposed', policy: writesOneFile + onHost }))

    const { guid } = await world.github.publicize(waiting.repository)
    expect(await handled(guid)).toMatchObject({ effects: [], stopped: 0 })
    for (const { jobId } of busy) await letGo(world.dataDir, { jobId, attempt: 1, phase: 'agent' })

    const record = await recordOfJob(waiting)
    expect(record).toContain('"reason":"policy-changed"')
    expect(record).not.toContain('"step":"clone"')
    expect(pullsOf(waiting.repository)).toEqual([])
    for (const one of busy) {
      await world.ended(one.jobId)
      expect((await outcomeOf(one)).pullRequests).toHaveLength(1)
    }
  }, 120_000)

  it('is refused, before anything of it is done, when its repository is taken off', async () => {
    const busy = [await standStill('busy-1'), await standStill('busy-2')]
    const waiting = await world.ask(await world.createRepository({ name: 'waits' }))

    await handled((await world.github.reach(waiting.repository, false)).guid)
    for (const { jobId } of busy) await letGo(world.dataDir, { jobId, attempt: 1, phase: 'agent' })

    const record = await recordOfJob(waiting)
    expect(record).toContain('"reason":"repository-unavailable"')
    expect(record).not.toContain('"step":"clone"')
    for (const one of busy) {
      await world.ended(one.jobId)
      expect((await outcomeOf(one)).pullRequests).toHaveLength(1)
    }
  }, 120_000)
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
