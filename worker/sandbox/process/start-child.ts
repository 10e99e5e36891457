import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex, type Readable } from 'node:stream'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import { handedOver } from './bubblewrap-arguments.ts'
import type { HostUser } from './command-line.ts'
import { openForReading, openForWriting, openInput, openPipeReader } from './host-pipes.ts'
import { pipeNames } from './spare-pipes.ts'

export interface ChildPlan {
  readonly command: readonly string[]
  readonly options: readonly string[]
  /** Handed over open, for bwrap to read: a filter of system calls, or what a program inside is told. */
  readonly file: string
  /** The sandbox's folder, with its pipes. */
  readonly folder: string
  readonly stdin: string | undefined
  /** Files with which the chain puts itself into its control groups. */
  readonly doors: readonly string[]
  /** Whom to start the chain as; null: the worker itself. */
  readonly user: HostUser | null
}

export interface Child {
  readonly stdout: Socket
  readonly stderr: Socket
  readonly trace: Socket
  /** The outermost program; undefined if it could not be started. */
  readonly pid: number | undefined
  /** Resolves once with the code or signal of the outermost program. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** The sandbox's first process, which waits until `release`; null if it ended before there was one. */
  readonly init: Promise<InitProcess | null>
  /** True once the launcher has run to its end: what the exit code says is then the command's. */
  ranToEnd(): boolean
  release(): void
  kill(): void
  close(): void
}

interface InitProcess {
  readonly pid: number
  /** The inode that names its pid namespace. */
  readonly namespace: string
}

const initSchema = z.looseObject({ 'child-pid': z.int().positive(), 'pid-namespace': z.int().positive() })
const endSchema = z.looseObject({ 'exit-code': z.int() })
const maxStatusBytes = 4096
const hostEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }

/** Starts the chain of programs around one command; bwrap builds the sandbox and waits to be released. */
export async function startChild(plan: ChildPlan): Promise<Child> {
  using input = await openInput(plan.folder, plan.stdin)
  // No await from here until all pipes have a writer of ours. A program of the last command may still hold one: when it
  // ends, a stream that nobody else writes to is over and closed, and opening the pipe again would wait for ever.
  using opened = new DisposableStack()
  const pipe = (name: keyof typeof pipeNames) => join(plan.folder, pipeNames[name])
  const reader = (name: keyof typeof pipeNames) =>
    opened.adopt(openPipeReader(pipe(name)), (socket) => socket.destroy())
  const [stdout, stderr, trace] = [reader('stdout'), reader('stderr'), reader('trace')]
  // Until the end the trace has this writer too: were strace killed before it opens the pipe, nobody would end it.
  const traceWriter = opened.use(openForWriting(pipe('trace')))
  using output = openForWriting(pipe('stdout'))
  using errors = openForWriting(pipe('stderr'))
  using file = openForReading(plan.file)
  using opening = new DisposableStack()
  const doors = plan.doors.map((path) => opening.use(openForWriting(path)).descriptor)
  const process = spawnProcess(plan.command, {
    cwd: '/',
    env: hostEnvironment,
    stdio: [input.descriptor, output.descriptor, errors.descriptor, 'pipe', file.descriptor, 'pipe', 'pipe', ...doors],
    ...(plan.user ?? {}),
  })
  const exited = endOf(process).finally(() => traceWriter[Symbol.dispose]())
  const stream = (descriptor: number) => opened.adopt(streamOf(process, descriptor), (duplex) => duplex.destroy())
  const [options, status, block] = [stream(handedOver.arguments), stream(handedOver.status), stream(handedOver.block)]
  options.end(plan.options.map((option) => `${option}\0`).join(''))
  const reports = readReports(status)
  const open = opened.move()
  return {
    stdout,
    stderr,
    trace,
    pid: process.pid,
    exited,
    init: Promise.race([reports.init, exited.then(() => null)]),
    ranToEnd: reports.ended,
    release: () => block.end('.'),
    kill: () => process.kill('SIGKILL'),
    close: () => open.dispose(),
  }
}

function streamOf(process: ReturnType<typeof spawnProcess>, descriptor: number): Duplex {
  const stream = process.stdio[descriptor]
  if (!(stream instanceof Duplex)) throw new SandboxError('start-failed', 'no pipe to the sandbox')
  // The other side may be gone already; how it ended is told by its exit.
  return stream.on('error', () => {})
}

async function endOf(
  process: ReturnType<typeof spawnProcess>,
): Promise<{ code: number | null; signal: string | null }> {
  try {
    const [code, signal] = z.tuple([z.int().nullable(), z.string().nullable()]).parse(await once(process, 'exit'))
    return { code, signal }
  } catch (error) {
    throw new SandboxError('start-failed', 'the sandbox program could not be started', { cause: error })
  }
}

/** bwrap reports as one JSON object per line: first its child, at the end how that ended. */
function readReports(status: Readable) {
  let text = ''
  let ended = false
  const init = new Promise<InitProcess>((resolve) => {
    status.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(-maxStatusBytes)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const report of lines.map(parseJson)) {
        const started = initSchema.safeParse(report).data
        if (started !== undefined) resolve({ pid: started['child-pid'], namespace: String(started['pid-namespace']) })
        if (endSchema.safeParse(report).success) ended = true
      }
    })
  })
  return { init, ended: () => ended }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
