import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createOverlays } from '../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../worker/sandbox/overlay/job-namespaces.ts'
import { createSnapshots } from '../../worker/seal/create-snapshots.ts'
import { attribute, attributesOf } from '../sandbox/overlay/set-attribute.ts'
import { type LeftBySetup, makeLeftBySetup, put } from './left-by-setup.ts'

const { signal } = new AbortController()
let left: LeftBySetup

beforeEach(async () => {
  left = await makeLeftBySetup()
})
afterEach(() => left[Symbol.asyncDispose]())

const overlays = createOverlays(createJobNamespaces())

it.each([
  ['they can be taken away', overlays],
  ['one stays', { ...overlays, bare: async () => false }],
  ['nobody can take them away', null],
])('what setup hid in extended attributes is not the agent’s where %s; and control: it was there', async (_, given) => {
  const { workspace, home } = left.folders
  await put(left.root, 'workspace/d/a.txt', 'a')
  await put(left.root, 'home/b.txt', 'b')
  await chmod(join(workspace, 'd/a.txt'), 0o555)
  const hidden = [workspace, join(workspace, 'd'), join(workspace, 'd/a.txt'), join(home, 'b.txt')]
  for (const path of hidden) expect(attribute(path, 'user.token', 'npm_cAnArY')).toBe(0)
  expect(hidden.map(attributesOf).join()).toContain('user.token')
  const into = { workspace: join(left.root, 'agent/workspace'), home: join(left.root, 'agent/home') }
  for (const folder of Object.values(into)) await mkdir(folder, { recursive: true })

  await createSnapshots({ dir: join(left.root, 'snapshots'), overlays: given }).handOver(left.folders, into, signal)

  const got = [into.workspace, join(into.workspace, 'd'), join(into.workspace, 'd/a.txt'), join(into.home, 'b.txt')]
  expect(got.map(attributesOf)).toEqual(['', '', '', ''])
  expect(await readFile(join(into.workspace, 'd/a.txt'), 'utf8')).toBe('a')
  expect((await stat(join(into.workspace, 'd/a.txt'))).mode & 0o777).toBe(0o555)
  expect((await readdir(left.root)).sort()).toEqual(['agent'])
})
