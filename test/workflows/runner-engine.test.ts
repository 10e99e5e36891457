import { chmod, chown, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnEngine, startOwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { packedFiles } from '../../worker/sandbox/image/pack-image.ts'
import { builtImage, imageTimeoutMs } from '../sandbox/images/built-image.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { type Hunt, hunt, powers } from './hunt.ts'
import { type Ended, type Runner, startRunner } from './runner.ts'

let runner: Runner
let folder: string
let engine: OwnEngine
let provided: Ended
let digest: string
let found: Hunt

const dataDir = () => ({ AIRLOCK_DATA_DIR: join(runner.root, 'data-of-machine') })
beforeAll(async () => {
  const built = await (await builtImage('minimal')).find('minimal')
  if (built === null) throw new Error('there is no image')
  digest = built.digest
  runner = await startRunner()
  folder = await mkdtemp('/tmp/airlock-re-')
  engine = await startOwnEngine('docker', join(folder, 'e'))
  const { socket } = engine
  // The user of a runner may use Docker, and is not root.
  await chown(socket, 65534, 65534)
  await chmod(folder, 0o711)
  // As on a runner of GitHub's: there is no image, and the one that an earlier run built is in the restored folder.
  const packed = join(runner.root, 'packed')
  await mkdir(packed)
  for (const name of packedFiles) await copyFile(join(built.folder, name), join(packed, name))
  const env = { ...dataDir(), AIRLOCK_CONTAINER_SOCKET: socket }
  provided = await runner.step('image', { inputs: { image: 'minimal', packed }, env, isOrdinary: true })
  found = await hunt(runner, { keys: 'isolation: container\nimage: minimal\n', socket, env, isOrdinary: true })
}, imageTimeoutMs)
afterAll(async () => {
  await engine?.stop()
  await runner?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('class container on a runner that has Docker, as its ordinary user', () => {
  it('has the image that an earlier run kept, under its digest', () => {
    expectGood(provided)
    expect(provided.log).toContain(`Image minimal is from the cache: ${digest}`)
  })

  it('is what the agent has, where the policy asks for it', () => {
    expect(found.isolation).toBe('container')
    expect(found.inside).toContain('own task')
  })

  it.each(powers)('keeps %s outside', (_what, power) => {
    expect(found.inside).not.toContain(power)
    expect(found.outside).toContain(power)
  })

  it('keeps its files for commands out of reach, where a step writes to them', () => {
    expect(found.planted).toEqual(['', expect.stringContaining('PLANTED=1')])
  })
})

describe('the step before, which says what the image is kept under', () => {
  const setUp = (image: string, env = {}) => runner.step('set-up', { inputs: { image }, env })

  it('names it by its description, and not at all where the machine has it', async () => {
    expect((await setUp('minimal')).outputs['image-key']).toMatch(/^minimal-[0-9a-f]{16}-\d{4}-\d{2}$/)
    expect((await setUp('minimal', dataDir())).outputs['image-key']).toBe('')
  })

  it('fails where there is no such image, and leaves a runner without one alone', async () => {
    const wrong = await setUp('minimul')
    expect(wrong.code).toBe(1)
    expect(wrong.log).toContain('there is no image "minimul". Right would be one of agents, base, minimal')
    expect(await setUp('')).toMatchObject({ code: 0, outputs: {} })
  })
})

describe('class container on a runner where it cannot be had', () => {
  it.each([
    ['no-engine', 'minimal', 'no Engine at /run/nobody-there.sock: apt-get install -y docker.io'],
    ['no-image', 'base', 'there is no image base on this machine: with: { image: base } has the workflow make it'],
  ])('is refused with what to do (%s)', async (name, image, said) => {
    const policy = `agent: command\ncommand: ["true"]\nisolation: container\nimage: ${image}\n`
    const repository = await repositoryWith(runner, name, policy)
    const { delivery } = await labelled(runner, repository)
    const socket = '/run/nobody-there.sock'
    const env = { AIRLOCK_ENGINES: 'container', AIRLOCK_CONTAINER_SOCKET: socket, ...dataDir() }

    const worked = await runner.run('work', { repository, delivery, env, isOrdinary: true })

    expectGood(worked)
    expect(worked.summary).toContain(said)
  })
})
