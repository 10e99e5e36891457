import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, truncate, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { CommandError, runCommand } from '../../process/run-command.ts'
import type { BuiltImage } from '../image/built-image.ts'
import type { Program } from '../process/find-programs.ts'
import { lookAtFolder } from './look-at-folder.ts'

/** A read-only disk of a folder of the host's. */
interface ToolDisk {
  readonly path: string
  /** Its size, if it was made for one sandbox and ends with it. Null: it is shared, and its path changes with its content. */
  readonly ownBytes: number | null
}

/** Read-only disks for guests. */
export interface ErofsImages {
  /** The disk of an image's root file system, made once and kept. */
  root(image: BuiltImage): Promise<string>
  /**
   * The disk of a folder. A large one, such as an agent's programs, is made once and kept for all sandboxes. A small
   * one is made at `ownPath`: it may be one sandbox's alone, as the certificates of its broker are.
   */
  tool(path: string, ownPath: string): Promise<ToolDisk>
}

const mebibyte = 1024 * 1024
const smallBytes = 4 * mebibyte
/** All small disks have the same size, so that a guest whose state is kept has seen one of that size. */
const ownStepBytes = 8 * mebibyte
const unusedForMs = 7 * 24 * 3_600_000
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
    tool: async (path, ownPath) => {
      const { fingerprint, bytes } = await lookAtFolder(program('find'), path)
      if (bytes <= smallBytes) {
        await makeOnce(ownPath, (draft) => pack(path, draft))
        return { path: ownPath, ownBytes: await roundUp(ownPath) }
      }
      await mkdir(toolFolder, { recursive: true, mode: 0o755 })
      const kept = join(toolFolder, `${fingerprint}.erofs`)
      if (!(await isThere(kept))) {
        await removeUnused(toolFolder)
        await once(kept, (draft) => pack(path, draft))
      }
      return { path: kept, ownBytes: null }
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

/** And is so from now on: it counts as used. */
const isThere = (path: string) =>
  utimes(path, new Date(), new Date()).then(
    () => true,
    () => false,
  )

/** What is added is a hole. */
async function roundUp(path: string): Promise<number> {
  const { size } = await stat(path)
  const bytes = Math.ceil(size / ownStepBytes) * ownStepBytes
  await truncate(path, bytes)
  return bytes
}

/** Disks that no sandbox was started with for long, and what a worker that died left half. A machine that runs keeps its own. */
async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const usedAt = (await stat(path).catch(() => null))?.mtimeMs ?? 0
    // What cannot be removed, because it is another user's, is in nobody's way.
    if (usedAt < Date.now() - unusedForMs) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}
