import { type JobRequest, keepNewest } from '../contract/index.ts'

/** A commit that is in a mirror, with its tree. */
export interface MirroredBase {
  /** The mirror's folder. */
  readonly mirror: string
  readonly treeSha: string
}

/** Of which commit of which repository. */
type At = Pick<JobRequest, 'repository' | 'base'>

/** What was found in mirrors: a job asks four times, and each would be a git of its own. */
export interface MirrorMemo {
  get(at: At): MirroredBase | null
  put(at: At, base: MirroredBase): MirroredBase
  forget(repositoryId: number): void
}

const mostCommits = 256

export function createMirrorMemo(): MirrorMemo {
  const known = new Map<string, MirroredBase>()
  const keyOf = ({ repository, base }: At) => `${repository.id}:${base.sha}`
  return {
    get: (at) => known.get(keyOf(at)) ?? null,
    put(at, base) {
      keepNewest(known, keyOf(at), base, mostCommits)
      return base
    },
    forget(repositoryId) {
      for (const key of known.keys()) if (key.startsWith(`${repositoryId}:`)) known.delete(key)
    },
  }
}
