import { chmod, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const passage = 0o001

/**
 * Lets other users walk through the folders above, without seeing what is in them, until it is disposed. Who builds an
 * image works under ids of its own, and Ubuntu closes homes to everybody else. Folders of others are left as they are.
 */
export async function openPassage(path: string): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack()
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const { mode, uid } = await stat(at)
    if ((mode & passage) !== 0 || uid !== process.getuid?.()) continue
    await chmod(at, (mode & 0o7777) | passage)
    undo.defer(() => chmod(at, mode & 0o7777))
  }
  return undo.move()
}
