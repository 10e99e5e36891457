import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/**
 * The environment of a thread: nothing of this process's, but where Node keeps what it compiled. A thread that does not know
 * it strips types anew, which takes longer than what most threads do.
 */
export function threadEnv(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir()
  // Within the folder that was given, one of this version's own.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
