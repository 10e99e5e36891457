import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { createJobFolders } from '../../../worker/sandbox/job-folders.ts'
import { removeTree } from '../../../worker/seal/remove-tree.ts'
import { processesOf } from '../../invariants/processes-of.ts'
import type { OwnWorld } from './own-world.ts'
import { attribute, attributesOf } from './set-attribute.ts'

/** One thing that must hold for a worker that is not root. */
export interface OwnCase {
  readonly name: string
  readonly run: (world: OwnWorld) => Promise<{ readonly seen: unknown; readonly expected: unknown }>
}

const { signal } = new AbortController()
const abandon = fileURLToPath(new URL('abandon-own-overlay.ts', import.meta.url))

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

/** How many namespaces of others this process has open. */
async function heldNamespaces(): Promise<number> {
  const files = await readdir('/proc/self/fd')
  const targets = await Promise.all(files.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return targets.filter((target) => /^(mnt|user):/.test(target)).length
}

export const ownCases: readonly OwnCase[] = [
  {
    name: 'is seen by the worker where it says, takes all that is written, and is nowhere in its own tree',
    async run({ lay, stored, namespaces, printed }) {
      const before = printed()
      const { folders, folder, refused } = await lay()
      const workspace = namespaces.find(folders.agent.workspace)
      const at = {
        file: await readFile(join(workspace, 'd/a'), 'utf8'),
        own: await readdir(folder, { recursive: true }),
      }
      await writeFile(join(workspace, 'd/a'), 'changed')
      await chmod(join(workspace, 'd'), 0o777)
      await rm(join(workspace, 'd/a'))
      const after = {
        left: await readdir(join(workspace, 'd')),
        isStored: await isThere(join(stored, 'workspace/d/a')),
      }
      await folders[Symbol.asyncDispose]()
      const end = { held: await heldNamespaces(), jobs: await readdir(join(folders.root, '../..')), print: printed() }
      return {
        seen: { refused, at, after, end },
        expected: {
          ...{ refused: null, at: { file: 'stored', own: ['home', 'workspace'] }, after: { left: [], isStored: true } },
          end: { held: 0, jobs: [], print: before },
        },
      }
    },
  },
  {
    name: 'cannot be written through to what is stored; and control: at its own place it can',
    async run({ lay, stored, namespaces, printed }) {
      const { folders } = await lay()
      const before = printed()
      // As the agent would be, and with all powers in the job's own namespaces, which no agent has.
      const [program = '', ...enter] = namespaces.enter(folders.agent.workspace)
      const line = 'echo x >d/a; truncate -s 0 d/a; chmod 777 d; touch -d @1 d/a; mv d e; rm -rf e'
      const run = (cwd: string) =>
        spawnSync(program, [...enter.slice(0, -1), `--wd=${cwd}`, '--', 'sh', '-c', line], { encoding: 'utf8' })
      run(folders.agent.workspace)
      const kept = printed() === before
      run(join(stored, 'workspace'))
      const isChanged = printed() !== before
      await folders[Symbol.asyncDispose]()
      return { seen: { kept, isChanged }, expected: { kept: true, isChanged: true } }
    },
  },
  {
    name: 'follows no redirection that an attribute asks for; and control: attributes of this kind do count',
    async run({ lay, stored, namespaces, overlays }) {
      await mkdir(join(stored, 'home/other'))
      await writeFile(join(stored, 'home/other/file'), 'x')
      const { folders, folder } = await lay()
      const set = [
        attribute(join(namespaces.find(folders.agent.workspace), 'd'), 'user.overlay.redirect', '/home/other'),
        attribute(join(namespaces.find(folders.agent.workspace), 'd'), 'user.overlay.opaque', 'y'),
      ]
      const at = async () => readdir(join(namespaces.find(folders.agent.workspace), 'd'))
      const again = async (name: string, value: string) => {
        namespaces.release(folder)
        for (const part of ['workspace', 'home']) await rm(join(folder, part), { recursive: true, force: true })
        for (const part of ['workspace', 'home']) await rename(join(`${folder}-upper`, part), join(folder, part))
        for (const name of ['upper', 'work', 'lower']) await removeTree(`${folder}-${name}`)
        await mkdir(join(folder, 'workspace/d'), { recursive: true })
        attribute(join(folder, 'workspace/d'), name, value)
        await overlays.lay({ stored, folder, owner: null }, signal)
      }
      const bySet = await at()
      await again('user.overlay.redirect', '/home/other')
      const redirected = await at().catch((error: unknown) => String(error).slice(0, 12))
      await again('user.overlay.opaque', 'y')
      const opaque = await at()
      await folders[Symbol.asyncDispose]()
      return {
        seen: { set: set.every((status) => status !== null), bySet, redirected, opaque },
        expected: { set: true, bySet: ['a'], redirected: 'Error: EPERM', opaque: [] },
      }
    },
  },
  {
    name: 'has no attribute that setup could leave, also where it took its own rights away',
    async run({ overlays, stored }) {
      const workspace = join(stored, 'workspace')
      const set = ['d', 'd/a'].map((path) => attribute(join(workspace, path), 'user.overlay.opaque', 'y'))
      await chmod(join(workspace, 'd/a'), 0o400)
      await chmod(join(workspace, 'd'), 0)
      const isBare = await overlays.bare([workspace, join(stored, 'home')], signal)
      await chmod(join(workspace, 'd'), 0o700)
      const left = ['d', 'd/a'].map((path) => attributesOf(join(workspace, path)))
      return { seen: { set, isBare, left }, expected: { set: [0, 0], isBare: true, left: ['', ''] } }
    },
  },
  {
    name: 'that the kernel refuses leaves the folders as they were, and none is tried again',
    async run({ lay, stored, namespaces, overlays }) {
      const { folders } = await lay()
      // What is to be mounted there is in another mount namespace.
      const inner = join(namespaces.find(folders.agent.workspace), 'inner')
      for (const part of ['workspace', 'home']) await mkdir(join(inner, part), { recursive: true })
      await writeFile(join(inner, 'workspace/own'), 'x')
      const held = await heldNamespaces()
      const why = await overlays.lay({ stored, folder: inner, owner: null }, signal)
      const seen = {
        says: overlays.whyNot() === why ? why?.replace(/:[^:]*$/, '') : null,
        inner: (await readdir(inner)).sort(),
        own: await readdir(join(inner, 'workspace')),
        held: (await heldNamespaces()) - held,
      }
      await folders[Symbol.asyncDispose]()
      return {
        seen,
        expected: { says: 'airlock: move_mount on inner-lower', inner: ['home', 'workspace'], own: ['own'], held: 0 },
      }
    },
  },
  {
    name: 'of a worker that was killed is gone with it and with the sandbox, and its files by the reaper',
    async run({ root, printed }) {
      const before = printed()
      const jobId = `abandoned${process.pid}`
      const worker = spawnProcess([process.execPath, abandon, root, jobId], {
        ...{ env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] },
      })
      const [said] = worker.stdout === null ? [] : await once(worker.stdout, 'data')
      const running = processesOf(jobId).length
      const mounted = mountsNaming(jobId)
      worker.kill('SIGKILL')
      await once(worker, 'exit')
      for (let tries = 0; tries < 200 && processesOf(jobId).length > 0; tries += 1) await sleep(50)
      const left = { processes: processesOf(jobId).length, mounts: mountsNaming(jobId) }
      const store = createJobFolders({ dir: join(root, 'jobs'), socketDir: join(root, 'sockets') })
      const reaped = await store.reap(() => false)
      return {
        seen: {
          ...{ said: String(said).trim(), ran: running > 0, mounted: mounted > 0, left, reaped },
          ...{ jobs: await readdir(join(root, 'jobs')), isSame: printed() === before },
        },
        expected: {
          ...{ said: 'laid: stored', ran: true, mounted: true, left: { processes: 0, mounts: 0 }, reaped: 1 },
          ...{ jobs: [], isSame: true },
        },
      }
    },
  },
]

/** How many mounts of this name there are in the mount namespaces of all processes. */
function mountsNaming(text: string): number {
  const { stdout } = spawnSync('sh', ['-c', `cat /proc/[0-9]*/mountinfo 2>/dev/null | grep -c '${text}'`], {
    encoding: 'utf8',
  })
  return Number(stdout.trim())
}
