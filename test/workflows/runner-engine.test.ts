import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnEngine, startOwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { seenByOrdinaryUser } from '../sandbox/battery/as-ordinary-user.ts'
import { builtImage, imagesDir, imageTimeoutMs } from '../sandbox/images/built-image.ts'
import { type Hunt, hunt, powers } from './hunt.ts'
import { type Runner, startRunner } from './runner.ts'

let runner: Runner
let folder: string
let engine: OwnEngine
let found: Hunt

beforeAll(async () => {
  await builtImage('minimal')
  runner = await startRunner()
  folder = await mkdtemp('/tmp/airlock-re-')
  engine = await startOwnEngine('docker', join(folder, 'e'))
  const { socket } = engine
  // The user of a runner may use Docker, and is not root.
  await chown(socket, 65534, 65534)
  await chmod(folder, 0o711)
  // As an administrator of the runner has them: the image built on it, in the folder of `airlock images build`.
  const env = { AIRLOCK_DATA_DIR: dirname(seenByOrdinaryUser(imagesDir)), AIRLOCK_CONTAINER_SOCKET: socket }
  found = await hunt(runner, { keys: 'isolation: container\nimage: minimal\n', socket, env, isOrdinary: true })
}, imageTimeoutMs)
afterAll(async () => {
  await engine?.stop()
  await runner?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('class container on a runner that has Docker, as its ordinary user', () => {
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
