/**
 * A redis-server of our own for one machine: what it was given is in the kernel's hands before it answers (AOF),
 * nothing is thrown away, and it is reached by a unix socket that only this user can open, by no port.
 *
 * Who owns the folder is the kernel's word and not a pid file's: flock(1) takes a lock that redis-server inherits, so
 * that it falls when the server ends, however that happens. setpriv(1) has the kernel stop the server when this
 * process dies, so that a crash leaves no server behind in the next one's way.
 */
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { spawnProcess } from '../process/spawn-process.ts'
import { QueueError } from './queue-error.ts'

export interface EmbeddedRedis extends AsyncDisposable {
  /** What connectRedis takes: the socket's path. */
  readonly url: string
  readonly pid: number
}

type Server = ReturnType<typeof spawnProcess>

/** The kernel's limit for the path of a unix socket, less its closing NUL. */
const longestSocketPath = 107
/** A server whose owner was just killed needs a moment to end. */
const lockWaitSeconds = 3
const lockedExitCode = 75
/** util-linux's exit codes for a program that is not there: flock's own, setpriv's. */
const missingExitCodes = [69, 127]
/** Reading back a long AOF takes time. */
const readyMs = 60_000
const stopMs = 10_000
/** Where Debian and make install put redis-server. The caller's environment is none of its business. */
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** Where the server of this folder listens, if it runs. */
export function embeddedSocket(folder: string): string {
  return join(folder, 'redis.sock')
}

/** Starts redis-server in `folder`, which it makes. Throws QueueError `in-use`, `not-installed` or `start-failed`. */
export async function startEmbeddedRedis(folder: string): Promise<EmbeddedRedis> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const socket = embeddedSocket(folder)
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new QueueError('start-failed', [`${socket} is too long for a unix socket; choose a shorter data folder`])
  }
  const server = spawnProcess(serverCommand(folder, socket), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const lastWords = keepLastWords(server)
  const waiting = new AbortController()
  const failed = once(server, 'exit', { signal: waiting.signal }).then(
    ([code]) => startFailure(code, folder, lastWords()),
    (error: unknown) => notInstalled(error),
  )
  const failure = await Promise.race([failed, waitUntilReady(server.pid, socket, waiting.signal)])
  waiting.abort()

  if (failure !== null || server.pid === undefined) {
    await stop(server)
    throw (
      failure ?? new QueueError('start-failed', [`redis-server did not answer within ${readyMs} ms: ${lastWords()}`])
    )
  }
  return { url: socket, pid: server.pid, [Symbol.asyncDispose]: () => stop(server) }
}

function serverCommand(folder: string, socket: string): string[] {
  const lock = ['flock', '--no-fork', '--timeout', `${lockWaitSeconds}`, '--conflict-exit-code', `${lockedExitCode}`]
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    loglevel: 'warning',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  return [...lock, join(folder, 'redis.lock'), 'setpriv', '--pdeathsig', 'TERM', '--', 'redis-server', ...flags]
}

/** Null when this very server answers; another one may be listening on the socket while ours waits for its lock. */
async function waitUntilReady(
  pid: number | undefined,
  socket: string,
  signal: AbortSignal,
): Promise<QueueError | null> {
  const deadline = Date.now() + readyMs
  while (!signal.aborted && Date.now() < deadline) {
    if ((await answeringPid(socket)) === pid) return null
    await sleep(20)
  }
  return new QueueError('start-failed', [`redis-server did not answer within ${readyMs} ms`])
}

async function answeringPid(socket: string): Promise<number | null> {
  const redis = new Redis(socket, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 1000,
    commandTimeout: 1000,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1] ?? Number.NaN)
  } catch {
    return null
  } finally {
    redis.disconnect()
  }
}

function startFailure(code: unknown, folder: string, lastWords: string): QueueError {
  if (code === lockedExitCode) {
    return new QueueError('in-use', [`${folder} is in use by another Airlock; stop it, or choose another data folder`])
  }
  if (typeof code === 'number' && missingExitCodes.includes(code)) return notInstalled(lastWords)
  return new QueueError('start-failed', [`redis-server ended with ${code}: ${lastWords}`])
}

function notInstalled(cause: unknown): QueueError {
  return new QueueError('not-installed', ['redis-server is missing: apt-get install redis-server'], { cause })
}

/** Drains what the server prints, or it would stand still one day, and keeps the end of it. */
function keepLastWords(server: Server): () => string {
  let words = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2000)
    })
  }
  return () => words.trim()
}

async function stop(server: Server): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  const killer = setTimeout(() => server.kill('SIGKILL'), stopMs)
  server.kill('SIGTERM')
  await exited
  clearTimeout(killer)
}
