import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { images } from '../../cli/commands/images.ts'
import { runInProcess } from './run-in-process.ts'

const digest = 'ab'.repeat(32)
let dataDir: string

beforeAll(() => {
  dataDir = mkdtempSync('/tmp/airlock-cli-images-')
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...args: string[]) =>
  runInProcess(images, args, {
    env: { PATH: process.env.PATH, HOME: dataDir, AIRLOCK_DATA_DIR: dataDir },
    cwd: dataDir,
  })

function storeImage(name: string): void {
  const folder = join(dataDir, 'images', name)
  mkdirSync(join(folder, digest), { recursive: true })
  const manifest = { version: 1, name, digest, recipe: digest, architecture: 'amd64', bytes: 140e6 }
  writeFileSync(
    join(folder, digest, 'manifest.json'),
    JSON.stringify({ ...manifest, env: {}, debian: { bash: '5.2' }, npm: [] }),
  )
  mkdirSync(join(folder, '.build-1_0_x_y'))
  symlinkSync(digest, join(folder, 'latest'))
}

describe('airlock images', () => {
  it.each([
    [[], 'a verb is needed: build, list or prune'],
    [['frobnicate'], 'there is no verb frobnicate'],
    [['build'], 'build takes the name of one image'],
    [['build', 'base', 'agents'], 'build takes the name of one image'],
    [['list', 'base'], 'list takes no name'],
    [['prune', 'base'], 'prune takes no name'],
    [['build', 'base', '--nope'], 'nope'],
    [['build', 'nowhere'], 'nowhere/image.yaml: write one'],
    [['build', '../../etc'], 'an image has a name of small letters'],
    [['build', 'host'], 'host is no built image'],
  ])('refuses %j as a wrong call, with a line that would be right', async (args, what) => {
    await expect(run(...args)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(what),
      right: expect.stringMatching(/^airlock images /),
    })
  })

  it('tells the line that builds one where none is built, and lists those that are', async () => {
    const before = await run('list')
    storeImage('minimal')
    const after = await run('list')
    const facts = JSON.parse((await run('list', '--json')).stdout)

    expect(before).toMatchObject({ status: 0, stdout: 'no image is built: airlock images build base\n' })
    expect(after.stdout).toMatch(/^minimal {2}abababababababab {2}\d{4}-\d\d-\d\d \d\d:\d\d +140 MB {2}in use\n$/)
    expect(facts).toMatchObject([{ manifest: { name: 'minimal', debian: { bash: '5.2' } }, latest: true }])
  })
})
