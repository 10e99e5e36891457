import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sha256 } from '../../worker/handover/manifest.ts'
import { readHandover } from '../../worker/handover/read-handover.ts'
import { whyNotOurs } from '../../worker/handover/why-not-ours.ts'
import type { Repository } from '../github/state/entities.ts'
import { branchesOf, expectGood, labelled, repositoryWith } from './asked.ts'
import { type Ended, type Runner, startRunner } from './runner.ts'

const looseSchema = z.record(z.string(), z.unknown())
type Edit = (value: Record<string, unknown>) => Record<string, unknown>

let runner: Runner
let repository: Repository
let asked: Awaited<ReturnType<typeof labelled>>
let digest: string
let otherDigest: string
let copies = 0

beforeAll(async () => {
  runner = await startRunner()
  repository = await repositoryWith(runner, 'widget')
  asked = await labelled(runner, repository)
  const inputs = { handover: runner.artifact('honest') }
  const worked = await runner.run('work', { repository, delivery: asked.delivery, inputs })
  expectGood(worked)
  digest = worked.outputs.handover ?? ''
  const other = await labelled(runner, repository, 'Something else')
  const more = { handover: runner.artifact('other') }
  const second = await runner.run('work', { repository, delivery: other.delivery, inputs: more })
  expectGood(second)
  otherDigest = second.outputs.handover ?? ''
}, 600_000)
afterAll(() => runner[Symbol.asyncDispose]())

async function copyOf(name: string): Promise<string> {
  copies += 1
  const folder = runner.artifact(`copy-${copies}`)
  await cp(runner.artifact(name), folder, { recursive: true })
  return folder
}

async function edit(folder: string, name: string, change: Edit): Promise<void> {
  const path = join(folder, name)
  await writeFile(path, JSON.stringify(change(looseSchema.parse(JSON.parse(await readFile(path, 'utf8'))))))
}

/** As a runner that was taken over would write it: every digest is right. Returns the manifest's. */
async function forge(folder: string, name: string, change: Edit): Promise<string> {
  await edit(folder, name, change)
  const sum = sha256(await readFile(join(folder, name)))
  await edit(folder, 'manifest.json', (manifest) => ({
    ...manifest,
    files: { ...looseSchema.parse(manifest.files), [name]: sum },
  }))
  return sha256(await readFile(join(folder, 'manifest.json')))
}

function publish(handover: string, handover_digest: string): Promise<Ended> {
  const inputs = { handover, handover_digest, work_result: 'success' }
  return runner.run('publish', { repository, delivery: asked.delivery, inputs })
}

async function expectNothingPublished(ended: Ended, outcome: string, reason: string): Promise<void> {
  expect(ended.outputs).toMatchObject({ outcome, reason, branch: '', 'pull-request': '' })
  expect(await branchesOf(runner, repository)).toEqual(['refs/heads/main'])
  expect(repository.issues.filter(({ pull }) => pull !== undefined)).toEqual([])
}

const addsFile =
  (path: string, content: string): Edit =>
  ({ files }) => ({
    files: [
      ...z.array(z.unknown()).parse(files),
      { path, after: { mode: '100644', content: Buffer.from(content).toString('base64') } },
    ],
  })

describe('what one job hands over is published only if it is what this job made', () => {
  it('publishes nothing of an artifact in which a file was tampered with', async () => {
    const folder = await copyOf('honest')
    await edit(folder, 'change.json', addsFile('evil.txt', 'evil\n'))
    await expectNothingPublished(await publish(folder, digest), 'refused', 'handover-void')
  }, 600_000)

  it("publishes nothing of another job's artifact, also where its own digest came with it", async () => {
    await expectNothingPublished(await publish(await copyOf('other'), otherDigest), 'refused', 'handover-void')
  }, 600_000)

  it('publishes nothing where the artifact is missing', async () => {
    await expectNothingPublished(await publish(runner.artifact('nowhere'), digest), 'refused', 'handover-void')
  }, 600_000)

  it('publishes nothing of files that a taken-over runner added, with every digest of a file right', async () => {
    const folder = await copyOf('honest')
    const forged = await forge(folder, 'change.json', addsFile('evil.txt', 'evil\n'))
    await expectNothingPublished(await publish(folder, forged), 'refused', 'handover-void')
  }, 600_000)

  it.each([
    ['the manifest', 'manifest.json', (value: object) => ({ ...value, repositoryId: 1 }), /manifest is not the one/],
    ['the request', 'request.json', (value: object) => ({ ...value, agent: 'claude' }), /request\.json is not/],
    ['the report', 'summary.json', (value: object) => ({ ...value, agentSummary: 'x' }), /summary\.json is not/],
  ])('is refused where %s was edited', async (_what, name, change, why) => {
    const folder = await copyOf('honest')
    await edit(folder, name, change)
    expect(await readHandover(folder, digest)).toEqual({ ok: false, kind: 'wrong', why: expect.stringMatching(why) })
  })

  it('is refused with one file more, or with a link in the place of a file', async () => {
    const more = await copyOf('honest')
    await writeFile(join(more, 'more.json'), '{}')
    expect(await readHandover(more, digest)).toMatchObject({ ok: false, why: expect.stringContaining('other files') })

    const linked = await copyOf('honest')
    await rm(join(linked, 'change.json'))
    await symlink(join(runner.artifact('honest'), 'change.json'), join(linked, 'change.json'))
    expect(await readHandover(linked, digest)).toMatchObject({ ok: false, why: expect.stringContaining('change.json') })
  })

  it.each<readonly [string, Edit, RegExp]>([
    ['a person who did not ask', (value) => ({ ...value, actor: { id: 1, login: 'root' } }), /another request/],
    ['another task', (value) => ({ ...value, task: { text: 'x', digest: 'a'.repeat(64) } }), /another request/],
    ['another branch', (value) => ({ ...value, base: { ref: 'other', sha: 'a'.repeat(40) } }), /another request/],
    ['another policy', (value) => ({ ...value, policyDigest: 'a'.repeat(64) }), /another policy/],
  ])('is refused where a taken-over runner names %s in the request', async (_what, change, why) => {
    const honest = await readHandover(runner.artifact('honest'), digest)
    if (!honest.ok) throw new Error(honest.why)
    const own = honest.handover.request
    const run = { run: { id: 77, attempt: 1 } }
    expect(whyNotOurs(own, run, honest.handover)).toBe(null)

    const folder = await copyOf('honest')
    const forged = await readHandover(folder, await forge(folder, 'request.json', change))
    if (!forged.ok) throw new Error(forged.why)
    expect(whyNotOurs(own, run, forged.handover)).toMatch(why)
    expect(whyNotOurs(own, { run: { id: 78, attempt: 1 } }, honest.handover)).toMatch(/another run/)
  })

  it('publishes what is as it was handed over', async () => {
    const ended = await publish(runner.artifact('honest'), digest)

    expect(ended.outputs).toMatchObject({ outcome: 'published' })
    expect(await branchesOf(runner, repository)).toHaveLength(2)
  }, 600_000)
})
