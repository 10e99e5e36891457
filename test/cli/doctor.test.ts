import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doctor } from '../../cli/commands/doctor.ts'
import { builtImage, imagesDir, imageTimeoutMs } from '../sandbox/images/built-image.ts'
import { runInProcess } from './run-in-process.ts'

let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp('/tmp/airlock-cli-doctor-')
  await builtImage('minimal')
  await symlink(imagesDir, join(dataDir, 'images'))
}, imageTimeoutMs)
afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** The command as `airlock doctor` runs it, for class container alone. */
function run(...args: string[]) {
  const settings = { AIRLOCK_ENGINES: 'container', AIRLOCK_CONTAINER_SOCKET: join(dataDir, 'nobody') }
  const env = { ...settings, PATH: process.env.PATH, HOME: dataDir, AIRLOCK_DATA_DIR: dataDir }
  return runInProcess(doctor, args, { env, cwd: dataDir, timeoutMs: 110_000 })
}

const ownFolders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('airlock-e-'))

describe('airlock doctor --own-engine', () => {
  it('refuses another word as a wrong call, with a line that would be right', async () => {
    await expect(run('--own-engine', 'kata')).rejects.toMatchObject({
      name: 'UsageError',
      right: 'airlock doctor --own-engine podman',
    })
  })

  it('tries class container where no Engine runs, on one that is gone afterwards', async () => {
    const without = await run('--json')
    const before = await ownFolders()
    const withOwn = await run('--own-engine', 'podman', '--json')

    expect(without.status).toBe(1)
    expect(JSON.parse(without.stdout)).toMatchObject({ ownEngine: null, engines: [{ posture: null }] })
    expect(withOwn.status).toBe(0)
    const { ownEngine, engines } = JSON.parse(withOwn.stdout)
    expect(ownEngine).toBe('podman')
    expect(engines).toMatchObject([{ isolation: 'container', posture: { engine: 'podman runc' } }])
    expect(engines[0].probes.length).toBeGreaterThan(20)
    expect((await ownFolders()).filter((name) => !before.includes(name))).toEqual([])
  })
})
