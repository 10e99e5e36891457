import type { createSetupJobs, SetupEnd } from './local-setup.ts'
import { plainGit } from './plain-git.ts'

type SetupJobs = Awaited<ReturnType<typeof createSetupJobs>>
type Way = NonNullable<SetupEnd['way']>

/** Jobs that find a snapshot, each on a commit of its own; each answers with milliseconds. */
interface Hits {
  /** As this worker does it. */
  shown(): Promise<number>
  copied(): Promise<number>
  /** How this worker did it, by the record. Throws where nothing was shown yet. */
  way(): Way
}

/** The first job makes the snapshot and does not count. */
export function hitsOf(jobs: SetupJobs, repository: string): Hits {
  let count = 0
  let way: Way | null = null
  const hit = async (copied: boolean) => {
    if (count === 0) await jobs.run()
    count += 1
    await plainGit(['-C', repository, 'commit', '--quiet', '--allow-empty', '--message', `commit ${count}`])
    const end = await jobs.run({ copied })
    return { ms: expecting(end, 'hit'), way: end.way }
  }
  return {
    async shown() {
      const { ms, ...now } = await hit(false)
      if (now.way === null || (way !== null && way !== now.way)) throw new Error(`laid out by ${way}, then ${now.way}`)
      way = now.way
      return ms
    },
    async copied() {
      const { ms, way } = await hit(true)
      if (way !== 'copied') throw new Error(`a copy was expected, and it was ${way}`)
      return ms
    },
    way() {
      if (way === null) throw new Error('nothing was shown yet')
      return way
    },
  }
}

export function expecting({ ms, snapshot }: SetupEnd, wanted: 'hit' | 'miss'): number {
  if (snapshot !== wanted) throw new Error(`a ${wanted} was expected, and it was a ${snapshot}`)
  return ms
}
