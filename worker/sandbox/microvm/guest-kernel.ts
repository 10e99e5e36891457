import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { extractVmlinux } from './extract-vmlinux.ts'
import { orderModules, readDepends } from './order-modules.ts'
import { packInitramfs, type RamfsEntry } from './pack-initramfs.ts'
import { readScript } from './read-script.ts'

/** What a guest starts with. Absolute paths. */
export interface GuestKernel {
  readonly kernel: string
  readonly initramfs: string
  /** As `uname -r` says it in the guest. */
  readonly release: string
}

/** Depends on the kernel in use at the time; always Debian's newest for virtual machines. */
const metaPackage = 'linux-image-cloud-amd64'
const modules = ['virtio_mmio', 'virtio_blk', 'virtio_console', 'virtio_rng', 'erofs', 'overlay'] as const
/** The one that earlier versions did not keep. */
const lastModule: (typeof modules)[number] = 'overlay'
const downloadTimeoutMs = 300_000
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }

/**
 * Debian's kernel for virtual machines, taken out of its package and never installed. Kept in `folder`, one folder
 * per release, whole or not at all. The packages are fetched once; apt checks their signatures.
 */
export async function guestKernel(folder: string): Promise<GuestKernel> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const kept = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(byVersion)
  const newest = kept.at(-1)
  const isWhole = newest !== undefined && (await isThere(join(folder, newest, 'modules', lastModule)))
  const release = isWhole ? newest : await fetchKernel(folder)
  const home = join(folder, release)
  return { kernel: join(home, 'vmlinux'), initramfs: await ownInitramfs(home, release), release }
}

const byVersion = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true })

async function fetchKernel(folder: string): Promise<string> {
  const draft = await mkdtemp(join(folder, '.fetch-'))
  try {
    const { stdout } = await run(['apt-cache', 'depends', metaPackage], draft)
    const name = /Depends: (linux-image-[a-z0-9.+-]+)/.exec(stdout.toString('utf8'))?.[1]
    if (name === undefined) throw missing(`apt knows no kernel behind ${metaPackage}`)
    await run(['apt-get', 'download', name, 'busybox-static'], draft)
    const packages = (await readdir(draft)).filter((file) => file.endsWith('.deb'))
    for (const file of packages) await run(['dpkg', '-x', file, 'tree'], draft)
    return await layOut(folder, join(draft, 'tree'), name.replace('linux-image-', ''))
  } catch (error) {
    if (error instanceof CommandError) throw missing(error.message, error)
    throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function run(argv: readonly string[], cwd: string) {
  return runCommand(argv, { cwd, env: environment, timeoutMs: downloadTimeoutMs })
}

/** Keeps of the packages what a guest needs: the kernel, some modules in their order, and busybox. */
async function layOut(folder: string, tree: string, release: string): Promise<string> {
  const made = await mkdtemp(join(folder, '.made-'))
  const vmlinuz = await readFile(join(tree, 'boot', `vmlinuz-${release}`))
  await writeFile(join(made, 'vmlinux'), extractVmlinux(vmlinuz), { mode: 0o644 })
  await writeFile(join(made, 'busybox'), await readFile(join(tree, 'bin', 'busybox')))
  const root = join(tree, 'lib', 'modules', release)
  const files = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.ko'))
  const contents = new Map<string, Buffer>()
  for (const path of files) {
    const name = basename(path, '.ko').replaceAll('-', '_')
    contents.set(name, await readFile(join(root, path)))
  }
  const order = orderModules(modules, (name) => {
    const content = contents.get(name)
    return content === undefined ? null : readDepends(content)
  })
  await mkdir(join(made, 'modules'))
  for (const name of order) await writeFile(join(made, 'modules', name), contents.get(name) ?? '')
  await writeFile(join(made, 'modules', 'order'), order.map((name) => `${name}\n`).join(''))
  await chmod(made, 0o755)
  const home = join(folder, release)
  if (!(await isThere(join(home, 'modules', lastModule)))) await rm(home, { recursive: true, force: true })
  await rename(made, home).catch(() => rm(made, { recursive: true, force: true }))
  return release
}

/** Named by its content, because the programs in it are this version of Airlock's. */
async function ownInitramfs(home: string, release: string): Promise<string> {
  const order = (await readFile(join(home, 'modules', 'order'), 'utf8')).trim().split('\n')
  const place = `lib/modules/${release}`
  const files: RamfsEntry[] = await Promise.all(
    order.map(async (name) => ({ path: `${place}/${name}.ko`, content: await readFile(join(home, 'modules', name)) })),
  )
  // In this order each finds what it needs, so none is said to need anything.
  const needs = order.map((name) => `${name}.ko:\n`).join('')
  const archive = packInitramfs([
    ...['bin', 'dev', 'root', 'lib', 'lib/modules', place].map((path) => ({ path, content: null })),
    { path: 'bin/busybox', content: await readFile(join(home, 'busybox')), executable: true },
    { path: 'init', content: await readFile(join(import.meta.dirname, 'guest', 'init.sh')), executable: true },
    { path: 'agent.pl', content: Buffer.from(await readScript('guest/agent')) },
    { path: 'order', content: Buffer.from(`${order.join(' ')}\n`) },
    { path: `${place}/modules.dep`, content: Buffer.from(needs) },
    ...files,
  ])
  const digest = createHash('sha256').update(archive).digest('hex').slice(0, 16)
  const path = join(home, `initramfs-${digest}`)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, archive, { mode: 0o644 })
  await rename(draft, path)
  return path
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

function missing(what: string, cause?: Error): SandboxError {
  const line = 'apt-get update, and see that apt-get download works for the user that runs the worker'
  return new SandboxError('unavailable', `no kernel for guests: ${what}: ${line}`, { cause })
}
