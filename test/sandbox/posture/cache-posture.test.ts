import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealPosture } from '../../../worker/contract/index.ts'
import { SandboxError } from '../../../worker/pipeline/ports/index.ts'
import { cachePosture } from '../../../worker/sandbox/posture/cache-posture.ts'
import { fingerprintHost } from '../../../worker/sandbox/posture/fingerprint-host.ts'
import { createWorld, portsOf } from '../../pipeline/fakes.ts'

const [fake] = portsOf(createWorld()).engines
let folder: string
let now: number
let fingerprint: string
let probed: (string | undefined)[]
let failure: SandboxError | null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'airlock-postures-'))
  now = 1_000_000
  fingerprint = 'the host as it is'
  probed = []
  failure = null
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A worker that starts afresh. */
function worker(maxAgeMs = 1000, at = folder) {
  if (fake === undefined) throw new Error('the fakes have an engine')
  const engine: typeof fake = {
    ...fake,
    async posture(image) {
      probed.push(image)
      if (failure !== null) throw failure
      const { digest: _, ...said } = await fake.posture()
      return sealPosture({ ...said, versions: { taken: String(probed.length) } })
    },
  }
  return cachePosture(engine, { folder: at, fingerprint: async () => fingerprint, maxAgeMs, now: () => now })
}

describe('a posture that is kept', () => {
  it('is read by this worker and by the next one, and not taken again', async () => {
    const first = await worker().posture('base')
    const second = await worker().posture('base')

    expect(second).toEqual(first)
    expect(probed).toEqual(['base'])
  })

  it('is taken once for all who ask at the same time', async () => {
    const asked = worker()

    await Promise.all([asked.posture(), asked.posture(), asked.posture()])

    expect(probed).toEqual([undefined])
  })

  it('is another one for each image', async () => {
    await worker().posture('base')
    await worker().posture('agents')
    await worker().posture()

    expect(probed).toEqual(['base', 'agents', undefined])
  })

  it.each([
    ['something changed that it depends on', () => (fingerprint = 'another kernel')],
    ['it is too old', () => (now += 1001)],
    ['the clock was set back', () => (now -= 1)],
  ])('is taken again when %s', async (_name, change) => {
    const asked = worker()
    await asked.posture()

    change()
    await asked.posture()

    expect(probed).toHaveLength(2)
  })

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['something else', () => '{"version":1}'],
    ['changed by hand', (text: string) => text.replace('"hostReads":"listed"', '"hostReads":"image"')],
  ])('is taken again when its file is %s', async (_name, damage) => {
    await worker().posture()
    const [name = ''] = await readdir(folder)
    const file = join(folder, name)
    const text = await readFile(file, 'utf8')
    await writeFile(file, damage(text))

    const posture = await worker().posture()

    expect(probed).toHaveLength(2)
    expect(posture.hostReads).toBe('listed')
    expect(JSON.parse(await readFile(file, 'utf8')).posture).toEqual(posture)
  })

  it('is never one that could not be had', async () => {
    failure = new SandboxError('unavailable', 'no runsc')
    await expect(worker().posture()).rejects.toThrow('no runsc')
    failure = null

    await worker().posture()

    expect(probed).toHaveLength(2)
  })

  it('is given also where it cannot be kept', async () => {
    await writeFile(join(folder, 'file'), '')

    const posture = await worker(1000, join(folder, 'file', 'below')).posture()

    expect(posture).toMatchObject({ isolation: 'process' })
  })

  it('lies there whole, with no draft beside it', async () => {
    await worker().posture('base')

    expect(await readdir(folder)).toEqual(['process-base.json'])
  })
})

describe('the fingerprint of a host', () => {
  it('stays as it is while nothing changes, and differs for another program, socket or configuration', async () => {
    const program = join(folder, 'runsc')
    const take = (facts: unknown = { runtime: 'runc' }) => fingerprintHost({ paths: [program], facts })

    const missing = await take()
    await writeFile(program, 'one')
    const installed = await take()
    const same = await take()
    await rm(program)
    await writeFile(program, 'two')
    const replaced = await take()

    expect(same).toBe(installed)
    expect(new Set([missing, installed, replaced, await take({ runtime: 'runsc' })]).size).toBe(4)
  })
})
