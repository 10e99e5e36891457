import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex, type Readable } from 'node:stream'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import { handedOver } from './bubblewrap-arguments.ts'
import type { HostUser } from './command-line.ts'
import { openForReading, openInput, openPipeReader, openPipeWriter } from './host-pipes.ts'
import { pipeNames } from './spare-pipes.ts'

export interface ChildPlan {
  readonly command: readonly string[]
  readonly options: readonly string[]
  readonly filter: string
  /** The sandbox's folder, with its pipes. */
  readonly folder: string
  readonly stdin: string | undefined
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

export interface InitProcess {
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
  const pipe = (name: keyof typeof pipeNames) => join(plan.folder, pipeNames[name])
  const stdout = openPipeReader(pipe('stdout'))
  const stderr = openPipeReader(pipe('stderr'))
  const trace = openPipeReader(pipe('trace'))
  using input = await openInput(plan.folder, plan.stdin)
  using output = openPipeWriter(pipe('stdout'))
  using errors = openPipeWriter(pipe('stderr'))
  using filter = openForReading(plan.filter)
  const process = spawnProcess(plan.command, {
    cwd: '/',
    env: hostEnvironment,
    stdio: [input.descriptor, output.descriptor, errors.descriptor, 'pipe', filter.descriptor, 'pipe', 'pipe'],
    ...(plan.user ?? {}),
  })
  const exited = endOf(process)
  const status = streamOf(process, handedOver.status)
  const block = streamOf(process, handedOver.block)
  const options = streamOf(process, handedOver.arguments)
  for (const stream of [status, block, options]) stream.on('error', () => {})
  options.end(plan.options.map((option) => `${option}\0`).join(''))
  const reports = readReports(status)
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
    close: () => {
      for (const stream of [stdout, stderr, trace, status, block, options]) stream.destroy()
    },
  }
}

function streamOf(process: ReturnType<typeof spawnProcess>, descriptor: number): Duplex {
  const stream = process.stdio[descriptor]
  if (!(stream instanceof Duplex)) throw new SandboxError('start-failed', 'no pipe to the sandbox')
  return stream
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
