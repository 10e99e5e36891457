import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { CommandError, runCommand } from '../../process/run-command.ts'
import type { BuiltImage } from '../image/built-image.ts'
import type { Program } from '../process/find-programs.ts'

/** Read-only disks for guests, each made once and kept. */
export interface ErofsImages {
  /** The disk of an image's root file system. */
  root(image: BuiltImage): Promise<string>
  /** The disk of a folder of the host's, such as an agent's programs. */
  tool(path: string): Promise<string>
}

const timeoutMs = 300_000
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }
export function createErofsImages(program: (name: Program) => string, toolFolder: string): ErofsImages {
  const making = new Map<string, Promise<string>>()
  const once = (path: string, make: (draft: string) => Promise<void>) => {
    const made = making.get(path) ?? makeOnce(path, make).finally(() => making.delete(path))
    making.set(path, made)
    return made
  }
  const pack = async (from: string, to: string) => {
    // The same folder gives the same bytes: no times, no random name, root's files.
    const fixed = ['--all-root', '-T0', '-U', '00000000-0000-0000-0000-000000000000']
    await runCommand([program('mkfs.erofs'), '--quiet', ...fixed, to, from], { env: environment, timeoutMs })
  }

  return {
    root: (image) =>
      once(join(image.folder, 'microvm-root.erofs'), async (draft) => {
        // Images have no /dev, and nothing can be added to them: so a tree of the same files, and one folder more.
        const tree = await mkdtemp(join(image.folder, '.microvm-'))
        try {
          await runCommand(['cp', '-al', '--', `${image.rootfs}/.`, tree], { env: environment, timeoutMs })
          await mkdir(join(tree, 'dev'), { recursive: true })
          await pack(tree, draft)
        } finally {
          await rm(tree, { recursive: true, force: true })
        }
      }),
    tool: async (path) => {
      const name = await fingerprint(program('find'), path)
      await mkdir(toolFolder, { recursive: true, mode: 0o755 })
      return once(join(toolFolder, `${name}.erofs`), (draft) => pack(path, draft))
    },
  }
}

async function makeOnce(path: string, make: (draft: string) => Promise<void>): Promise<string> {
  if (await stat(path).catch(() => null)) return path
  const folder = await mkdtemp(join(dirname(path), '.draft-'))
  try {
    const draft = join(folder, 'image')
    await make(draft)
    await chmod(draft, 0o644)
    await rename(draft, path)
    return path
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new SandboxError('start-failed', `a disk could not be made: ${error.message}`, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Changes when anything in the folder does: every entry's path, kind, size, permissions, time and link target. */
async function fingerprint(find: string, path: string): Promise<string> {
  const { stdout } = await runCommand([find, path, '-printf', '%P %y %s %m %T@ %l\\0'], {
    ...{ env: environment, timeoutMs, maxBytes: 256 * 1024 * 1024 },
  })
  const entries = stdout.toString('latin1').split('\0').sort().join('\0')
  return createHash('sha256').update(path).update('\0').update(entries).digest('hex')
}
