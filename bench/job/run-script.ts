import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import type { Sample } from '../measure.ts'
import { bareBubblewrap } from '../sandbox/bare-bubblewrap.ts'
import { agentScript } from './ask-for-job.ts'

/** $1 URL · $2 new branch · then the sandbox around the agent, started in the clone's folder. */
const script = `set -e
git clone --quiet --depth=1 "$1" work
branch="$2"
shift 2
"$@"
cd work
git checkout --quiet -b "$branch"
git add --all
git -c user.name=script -c user.email=script@localhost.invalid commit --quiet -m 'Done by a script'
git push --quiet origin "$branch"
`

/** The least that does the same work: clone, a bare sandbox, commit, push. No pull request, no gate, no record. */
export async function runScript(url: string, branch: string): Promise<Sample> {
  const folder = await mkdtemp('/tmp/airlock-script-')
  try {
    const sandbox = bareBubblewrap(join(folder, 'work'), ['/bin/sh', '-c', agentScript])
    const env = { PATH: '/usr/bin:/bin', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
    const argv = ['/bin/sh', '-c', script, 'script', url, branch, ...sandbox]
    const startedAt = performance.now()
    const child = spawnProcess(argv, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`the script ended with ${code}`)
    return { total: performance.now() - startedAt }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
