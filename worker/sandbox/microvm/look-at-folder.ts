import { createHash } from 'node:crypto'
import { runCommand } from '../../process/run-command.ts'

/** What is known of a folder without reading its files. */
interface FolderLook {
  /** Another one whenever anything in the folder changed: an entry's path, kind, size, permissions, time or link. */
  readonly fingerprint: string
  /** About what it takes on a disk. */
  readonly bytes: number
}

const timeoutMs = 300_000
const maxListBytes = 256 * 1024 * 1024
const bytesPerEntry = 4096

/** @param find the program. A path that is a link is followed; what is in the folder is not. */
export async function lookAtFolder(find: string, path: string): Promise<FolderLook> {
  const { stdout } = await runCommand([find, '-H', path, '-printf', '%s %P %y %m %T@ %l\\0'], {
    ...{ env: { LC_ALL: 'C.UTF-8' }, timeoutMs, maxBytes: maxListBytes },
  })
  const entries = stdout.toString('latin1').split('\0').slice(0, -1).sort()
  const bytes = entries.reduce((sum, entry) => sum + Number.parseInt(entry, 10) + bytesPerEntry, 0)
  const fingerprint = createHash('sha256').update(path).update('\0').update(entries.join('\0')).digest('hex')
  return { fingerprint, bytes }
}
