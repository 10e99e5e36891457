import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { insideEtc } from '../command/inside-etc.ts'
import { sandboxFilter } from '../seccomp/sandbox-filter.ts'
import { thisMachine } from '../seccomp/this-machine.ts'

/** Files that all sandboxes of this machine share, read-only. */
export interface StaticFiles {
  /** Becomes /etc. */
  readonly etc: string
  readonly emptyFolder: string
  readonly filter: string
}

const etcFiles = {
  ...insideEtc({ uid: 1000, gid: 1000 }),
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
}
/** Copied from the host as they are; none holds a secret. */
const hostFiles = ['ld.so.cache', 'ssl/openssl.cnf', 'mime.types']
const mountPoints = ['ssl/certs', 'alternatives']

/** Writes them. Harmless when repeated, also by several workers at once: each file appears whole or not at all. */
export async function writeStaticFiles(folder: string): Promise<StaticFiles> {
  const machine = thisMachine()
  const etc = join(folder, 'etc')
  const emptyFolder = join(folder, 'empty')
  const filter = join(folder, `seccomp-${machine}.bpf`)
  for (const path of [emptyFolder, ...mountPoints.map((point) => join(etc, point))]) await makeReadable(folder, path)
  for (const [name, text] of Object.entries(etcFiles)) await writeWhole(join(etc, name), text)
  for (const name of hostFiles) await copyWhole(join('/etc', name), join(etc, name))
  await symlink('../usr/lib/os-release', join(etc, 'os-release')).catch(() => undefined)
  await writeWhole(filter, sandboxFilter(machine))
  return { etc, emptyFolder, filter }
}

/** Makes a folder and its parents up to `base` readable for the job's user, whatever the umask is. */
async function makeReadable(base: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  for (let at = path; at.startsWith(base); at = dirname(at)) await chmod(at, 0o755)
}

async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, content)
  await chmod(draft, 0o644)
  await rename(draft, path)
}

async function copyWhole(from: string, to: string): Promise<void> {
  const draft = `${to}.${randomUUID()}`
  const copied = await copyFile(from, draft).then(
    () => true,
    () => false,
  )
  if (!copied) return
  await chmod(draft, 0o644)
  await rename(draft, to)
}
