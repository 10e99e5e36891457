import type { JobRequest } from '../contract/index.ts'
import { SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import type { Remote } from './access-options.ts'
import type { Git } from './git-command.ts'
import { remoteState } from './remote-state.ts'

/** A repository elsewhere. Every method throws SourceError when it may not be read or does not answer. */
export interface RemoteReader {
  /** The full name of the base's ref; null where the base is a bare commit. */
  refOf(base: JobRequest['base']): string | null
  /** Where the base's branch stands now; null for a base that is a bare commit. */
  branchTip(base: JobRequest['base'], signal: AbortSignal): Promise<string | null>
  /** Fetches one commit without its history. False where the remote answers and the commit still did not come. */
  fetch(mirror: string, source: string, target: string, signal: AbortSignal): Promise<boolean>
}

const noMatch = 2

export function createRemoteReader(git: Git, remote: Remote, token: string | null, fetchMs: number): RemoteReader {
  const call = async (args: readonly string[], signal: AbortSignal): Promise<Buffer | number> => {
    try {
      return await git(args, { ...remote.options, signal, timeoutMs: fetchMs })
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (error.code === 'exit' && error.exitCode === noMatch) return noMatch
      await throwUnlessReachable(error, signal)
      return error.exitCode ?? -1
    }
  }
  const throwUnlessReachable = async (cause: CommandError, signal: AbortSignal): Promise<void> => {
    const state = cause.code === 'timeout' ? 'unavailable' : await remoteState(remote.url, token, signal)
    if (state === 'denied') throw new SourceError('denied', 'the repository may not be read', { cause })
    if (state === 'unavailable') throw new SourceError('unavailable', 'the repository does not answer', { cause })
  }
  const listRefs = (patterns: readonly string[], signal: AbortSignal) =>
    call(['ls-remote', '--quiet', '--exit-code', remote.url, ...patterns], signal)

  return {
    refOf,
    async branchTip(base, signal) {
      const ref = refOf(base)
      if (ref === null) return null
      const listed = await listRefs([ref], signal)
      if (listed === noMatch) {
        const error = await missing(() => listRefs([], signal), base.ref)
        // Whoever runs a job on their own repository may start from any revision, which is settled by now.
        if (remote.kind === 'local' && error.code === 'base-missing') return null
        throw error
      }
      if (typeof listed === 'number') throw new SourceError('unavailable', 'the branches could not be listed')
      const line = listed
        .toString('utf8')
        .split('\n')
        .find((candidate) => candidate.endsWith(`\t${ref}`))
      if (line === undefined) throw new SourceError('base-missing', `there is no branch ${base.ref}`)
      return line.slice(0, line.indexOf('\t'))
    },
    async fetch(mirror, source, target, signal) {
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--depth=1']
      const result = await call(
        [`--git-dir=${mirror}`, 'fetch', ...options, remote.url, `+${source}:${target}`],
        signal,
      )
      return typeof result !== 'number'
    },
  }
}

function refOf(base: JobRequest['base']): string | null {
  if (base.ref === base.sha) return null
  return base.ref.startsWith('refs/') ? base.ref : `refs/heads/${base.ref}`
}

async function missing(listAll: () => Promise<Buffer | number>, branch: string): Promise<SourceError> {
  return (await listAll()) === noMatch
    ? new SourceError('repository-empty', 'the repository has no commit yet')
    : new SourceError('base-missing', `there is no branch ${branch}`)
}
