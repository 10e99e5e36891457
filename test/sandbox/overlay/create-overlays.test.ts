import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chown, lchown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobFolderStore, JobFolders } from '../../../worker/pipeline/ports/index.ts'
import { createJobFolders } from '../../../worker/sandbox/job-folders.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { mountPointsBelow } from '../../../worker/sandbox/overlay/mount-points.ts'
import { unmountBelow } from '../../../worker/sandbox/overlay/unmount-below.ts'
import type { Overlays } from '../../../worker/seal/overlays.ts'
import { printFolders } from '../../../worker/seal/print-folders.ts'
import { expectsOverlay } from './expects-overlay.ts'
import { attribute, setAttribute } from './set-attribute.ts'

const { signal } = new AbortController()
const script = fileURLToPath(new URL('./abandon-overlay.ts', import.meta.url))
const parts = ['workspace', 'home']
const setupUser = { uid: 600_001, gid: 600_001 }
const owner = { uid: 600_002, gid: 600_002 }
let root: string
let stored: string
let store: JobFolderStore

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'airlock-overlay, :'))
  stored = join(root, 'stored')
  for (const name of ['jobs', 'sockets', 'stored', 'stored/home', 'stored/workspace', 'stored/workspace/d']) {
    await mkdir(join(root, name))
  }
  await writeFile(join(stored, 'workspace/d/a'), 'stored')
  await symlink('/', join(stored, 'workspace/link'))
  store = createJobFolders({ dir: join(root, 'jobs'), socketDir: join(root, 'sockets') })
})
afterEach(async () => {
  await unmountBelow(root)
  await rm(root, { recursive: true, force: true })
})

const mounted = async () => mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), root)
const printed = () => printFolders(stored, parts)

function overlaysOfRoot(): Overlays {
  return createOverlays(createJobNamespaces())
}

async function lay(): Promise<{
  readonly folders: JobFolders
  readonly folder: string
  readonly refused: string | null
}> {
  for (const path of ['home', 'workspace', 'workspace/d', 'workspace/d/a']) {
    await chown(join(stored, path), setupUser.uid, setupUser.gid)
  }
  await lchown(join(stored, 'workspace/link'), setupUser.uid, setupUser.gid)
  const folders = await store.create('job0000001', 1)
  await store.give(folders, owner)
  const folder = join(folders.root, 'agent')
  return { folders, folder, refused: await overlaysOfRoot().lay({ stored, folder, owner }, signal) }
}

/** As the job's user, out of a sandbox: more than any job can do. */
function asJob(line: string, cwd: string) {
  const user = ['--reuid', `${owner.uid}`, '--regid', `${owner.gid}`, '--clear-groups']
  return spawnSync('/usr/bin/setpriv', [...user, 'sh', '-c', line], { cwd, encoding: 'utf8' })
}

// What other workers do is in own-overlays.test.ts, and what jobs get where there are none in test/seal.
if (process.getuid?.() === 0 && expectsOverlay()) {
  describe('an overlay over a stored snapshot', () => {
    it('shows it as the job’s own, and keeps all that the job does out of it', async () => {
      const before = await lay().then(async (laid) => ({ ...laid, print: printed() }))
      expect(before.refused).toBeNull()
      const { workspace, home } = before.folders.agent

      expect(await stat(join(workspace, 'd/a'))).toMatchObject(owner)
      const lines =
        'echo more >>d/a; chmod 0777 d; ln d/a twin; touch -d @1 d; rm link; mv d e; rm -r e; mkdir d; echo own >d/b'
      expect(asJob(lines, workspace)).toMatchObject({ status: 0, stderr: '' })
      expect(asJob('echo x >x', home).status).toBe(0)

      expect((await readdir(workspace)).sort()).toEqual(['d', 'twin'])
      expect(await readdir(join(workspace, 'd'))).toEqual(['b'])
      expect(await readFile(join(workspace, 'twin'), 'utf8')).toBe('storedmore\n')
      expect(printed()).toBe(before.print)
    })

    it('is not how anybody writes into the snapshot; and control: without it, whoever is root does', async () => {
      const { folder } = await lay()
      const before = printed()

      await writeFile(join(folder, 'workspace/d/a'), 'by root')
      await rm(join(folder, 'workspace'), { recursive: true }).catch(() => undefined)

      expect(printed()).toBe(before)
      await writeFile(join(stored, 'workspace/d/a'), 'by root')
      expect(printed()).not.toBe(before)
    })

    it('leads nowhere by attributes that a job can set; and control: those that only the host sets do lead', async () => {
      await mkdir(join(stored, 'home/secret'))
      await writeFile(join(stored, 'home/secret/other'), 'x')
      for (const path of ['home/secret', 'home/secret/other'])
        await chown(join(stored, path), setupUser.uid, setupUser.gid)
      attribute(join(stored, 'workspace/d'), 'user.overlay.opaque', 'y')
      attribute(join(stored, 'workspace/d/a'), 'user.overlay.whiteout', 'y')
      const { folder, folders } = await lay()
      const { workspace } = folders.agent

      expect(await readdir(join(workspace, 'd'))).toEqual(['a'])
      const set = (name: string) => asJob(`perl -e '${setAttribute}' d ${name} /home/secret`, workspace)
      expect(set('user.overlay.redirect').status).toBe(0)
      expect(set('trusted.overlay.redirect').status).toBe(1)
      const remount = async () => {
        await unmountBelow(folders.root)
        for (const part of parts) {
          await rm(join(folder, part), { recursive: true })
          spawnSync('mv', [join(`${folder}-upper`, part), join(folder, part)])
        }
        for (const name of ['upper', 'work', 'lower']) await rm(`${folder}-${name}`, { recursive: true })
        expect(await overlaysOfRoot().lay({ stored, folder, owner }, signal)).toBeNull()
      }
      await remount()
      expect(await readdir(join(workspace, 'd'))).toEqual(['a'])

      await unmountBelow(folders.root)
      expect(attribute(join(`${folder}-upper`, 'workspace/d'), 'trusted.overlay.redirect', '/home/secret')).toBe(0)
      await remount()
      expect(await readdir(join(workspace, 'd'))).toContain('other')
    })

    it('is unmounted before the job’s folders go, and nothing of the snapshot goes with them', async () => {
      const { folders } = await lay()
      const before = printed()
      expect(await mounted()).toEqual(['agent', 'agent-lower'].map((name) => join(folders.root, name)))

      await folders[Symbol.asyncDispose]()

      expect(await mounted()).toEqual([])
      expect(await readdir(join(root, 'jobs'))).toEqual([])
      expect(printed()).toBe(before)
    })

    it('of a worker that was killed is unmounted by the reaper', async () => {
      const before = printed()
      const worker = spawn(process.execPath, [script, root, 'job0000001'], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [said] = await once(worker.stdout, 'data')
      expect(String(said)).toBe('laid\n')
      expect(await mounted()).toHaveLength(2)
      expect(await store.reap(() => false)).toBe(0)

      worker.kill('SIGKILL')
      await once(worker, 'exit')

      expect(await mounted()).toHaveLength(2)
      expect(await store.reap(() => false)).toBe(1)
      expect(await mounted()).toEqual([])
      expect(await readdir(join(root, 'jobs'))).toEqual([])
      expect(printed()).toBe(before)
    })

    it('that the kernel refuses leaves the folders as they were, and none is tried again', async () => {
      const { folder } = await lay()
      // An overlay takes no other overlay for what is written to.
      const inner = join(folder, 'workspace/inner')
      for (const part of parts) await mkdir(join(inner, part), { recursive: true })
      await writeFile(join(inner, 'workspace/own'), 'x')
      const overlays = overlaysOfRoot()

      const why = await overlays.lay({ stored, folder: inner, owner }, signal)

      expect(why).toMatch(/^airlock: overlay on inner: /)
      expect(overlays.whyNot()).toBe(why)
      expect(await readdir(join(inner, 'workspace'))).toEqual(['own'])
      expect((await readdir(join(folder, 'workspace'))).sort()).toEqual(['d', 'inner', 'link'])
      expect(await mounted()).toHaveLength(2)
    })
  })
}
