import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { HostUser } from './command-line.ts'

/** Directly below /tmp: bwrap makes folders in between for root alone. */
const stagePrefix = '/tmp/airlock-stage-'

export interface Stage {
  readonly staged: readonly { readonly from: string; readonly to: string }[]
  /** The path under which bwrap, as the job's user, finds a host path. */
  find(path: string): string
}

/**
 * bwrap runs as the job's user and can only mount what that user can walk to. A worker that is root may well keep
 * its data, or Airlock itself, below /root. Such paths are shown to it elsewhere, in a mount namespace of its own,
 * so that the host's folders keep their permissions and the host keeps its mounts.
 */
export function stagePaths(paths: readonly string[], user: HostUser | null): Stage {
  const unique = [...new Set(paths)]
  const reachable = user === null || unique.every((path) => isReachable(realpathSync(path), user))
  // All or none: the stage's own /tmp hides the host's, and with it whatever of these paths is in there.
  const places = new Map(reachable ? [] : unique.map((from, index) => [from, `${stagePrefix}${index}`] as const))
  return { staged: [...places].map(([from, to]) => ({ from, to })), find: (path) => places.get(path) ?? path }
}

function isReachable(path: string, user: HostUser): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === '/') return true
  }
}
