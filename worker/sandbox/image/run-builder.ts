import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { spawnProcess } from '../../process/spawn-process.ts'
import { ImageError } from './image-error.ts'

export interface BuilderRun {
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
  readonly signal: AbortSignal
  /** A line of what the program says of its work. */
  readonly onLine: (line: string) => void
}

/** Before a command line: what it starts dies with the worker, and takes its mounts and processes along. */
export function contained(isRoot: boolean): readonly string[] {
  const dies = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '/usr/bin/unshare', '--kill-child=KILL', '--fork']
  return isRoot ? [...dies, '--mount', '--pid', '--mount-proc'] : dies
}

const timeoutMs = 45 * 60_000
const keptLines = 12

/**
 * Runs a program that takes minutes, telling its lines as they come. Throws ImageError unless it ends with 0.
 * Both of its streams count as words about its work.
 */
export async function runBuilder(argv: readonly string[], run: BuilderRun): Promise<void> {
  const stop = AbortSignal.any([run.signal, AbortSignal.timeout(timeoutMs)])
  stop.throwIfAborted()
  const child = spawnProcess(argv, { env: run.env, stdio: ['pipe', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  stop.addEventListener('abort', kill)
  const last: string[] = []
  try {
    const ended = once(child, 'close')
    child.stdin?.on('error', () => {}).end(run.stdin)
    for (const input of [child.stdout, child.stderr].filter((stream) => stream !== null)) {
      createInterface({ input }).on('line', (line) => {
        last.push(line)
        last.splice(0, last.length - keptLines)
        run.onLine(line)
      })
    }
    await ended.catch((cause: unknown) => {
      throw new ImageError('builder-missing', `${argv[0]} could not be started`, { cause })
    })
  } finally {
    stop.removeEventListener('abort', kill)
  }
  if (run.signal.aborted) throw new ImageError('cancelled', 'the build was stopped')
  if (child.exitCode !== 0) throw new ImageError('build-failed', `the build failed:\n${last.join('\n')}`)
}
