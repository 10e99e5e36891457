import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Installation } from '../../test/e2e/installation.ts'
import { git, mintToken } from '../../test/github/clients.ts'
import type { Repository } from '../../test/github/state/entities.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { type Sample, timed } from '../measure.ts'
import { bareBubblewrap } from '../sandbox/bare-bubblewrap.ts'
import { agentScript } from './ask-for-job.ts'

/** The least that does the same work: clone, a bare sandbox, commit, push. No pull request, no gate, no record. */
export async function runScript({ github }: Installation, repository: Repository, round: number): Promise<Sample> {
  const { token } = await mintToken(github, { permissions: { contents: 'write' } })
  const folder = await mkdtemp(join(tmpdir(), 'airlock-bench-script-'))
  const workspace = join(folder, 'workspace')
  const url = `${github.url}/${repository.owner.login}/${repository.name}.git`
  try {
    const total = await timed(async () => {
      await git(folder, token, 'clone', '--quiet', '--depth=1', url, workspace)
      await runCommand(bareBubblewrap(workspace, ['/bin/sh', '-c', agentScript]), { env: {} })
      await git(workspace, token, 'checkout', '--quiet', '-b', `script-${round}`)
      await git(workspace, token, 'add', '--all')
      await git(workspace, token, 'commit', '--quiet', '--message', 'Do it')
      await git(workspace, token, 'push', '--quiet', 'origin', `script-${round}`)
    })
    return { total }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
