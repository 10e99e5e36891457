import type { createSetupJobs, JobOptions } from './local-setup.ts'
import { plainGit } from './plain-git.ts'

type SetupJobs = Awaited<ReturnType<typeof createSetupJobs>>
type SetupEnd = Awaited<ReturnType<SetupJobs['run']>>

/** Jobs that find a snapshot, each on a commit of its own. The first one makes it and does not count. */
export function hitsOf(jobs: SetupJobs, repository: string): (options: JobOptions) => Promise<number> {
  let count = 0
  return async (options) => {
    if (count === 0) await jobs.run()
    count += 1
    await plainGit(['-C', repository, 'commit', '--quiet', '--allow-empty', '--message', `commit ${count}`])
    return expecting(await jobs.run(options), 'hit')
  }
}

export function expecting({ ms, snapshot }: SetupEnd, wanted: 'hit' | 'miss'): number {
  if (snapshot !== wanted) throw new Error(`a ${wanted} was expected, and it was a ${snapshot}`)
  return ms
}
