import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { spawnProcess } from '../../process/spawn-process.ts'

/**
 * How `du` is started so that a job cannot hide files from it by taking its own folders' permissions away. Root reads
 * everything; anybody else reads its own files in a user namespace, where it may have the one capability for that.
 */
export function unhinderedDu(du: string, bwrap: string, isRoot: boolean): readonly string[] {
  const asReader = ['--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'CAP_DAC_READ_SEARCH']
  return isRoot ? [du] : [bwrap, '--ro-bind', '/', '/', ...asReader, '--die-with-parent', '--', du]
}

/** What folders hold. `complete` is false where a part could not be read, so that there may be more. */
export interface DiskUsage {
  readonly bytes: number
  readonly files: number
  readonly complete: boolean
}

const timeoutMs = 20_000

/**
 * Counts blocks and files with `du`: on one file system, hard links once, holes not at all, no link followed. Its
 * own process, because walking a tree of 100,000 files would hold up every other job of this worker.
 * `du` is how it is started, as an argument list.
 */
export async function measureUsage(du: readonly string[], folders: readonly string[]): Promise<DiskUsage> {
  const [bytes, files] = await Promise.all([total(du, '--block-size=1', folders), total(du, '--inodes', folders)])
  return { bytes: bytes.total, files: files.total, complete: bytes.complete && files.complete }
}

async function total(du: readonly string[], what: string, folders: readonly string[]) {
  const child = spawnProcess([...du, '-sxc', what, '--', ...folders], { env: {}, stdio: ['ignore', 'pipe', 'ignore'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const exited = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
  try {
    const output = child.stdout === null ? '' : await text(child.stdout)
    const complete = await exited
    const sum = z.coerce.number().safeParse(/^(\d+)\ttotal$/m.exec(output)?.[1]).data
    return { total: sum ?? 0, complete: complete && sum !== undefined }
  } finally {
    clearTimeout(timer)
  }
}
