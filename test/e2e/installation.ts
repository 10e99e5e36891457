import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nodeFlags from '../../cli/node-flags.json' with { type: 'json' }
import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { airlockEntry, operatorEnvironment } from './operator-environment.ts'
import { type LoggedProcess, startLoggedProcess } from './process-log.ts'

export interface InstallationOptions {
  /** All that the installation keeps; it stays when the installation ends. */
  readonly dataDir: string
  /** Settings of the operator's, beside those that point at the stand-in. */
  readonly env?: Readonly<Record<string, string>>
  /** Hold every request against GitHub's description of its API. Needs the development packages. */
  readonly openapi?: boolean
}

/** A whole installation against the stand-in: real Redis, the app and its workers as processes of their own. */
export interface Installation extends AsyncDisposable {
  readonly github: GitHubStandIn
  readonly app: LoggedProcess
  readonly appUrl: string
  readonly redisUrl: string
  /** Another app beside the first, to which GitHub goes on to deliver. */
  startApp(): Promise<LoggedProcess>
  startWorker(env?: Readonly<Record<string, string>>): Promise<LoggedProcess>
}

const startMs = 60_000

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  await using stack = new AsyncDisposableStack()
  // Of its own and short: a unix socket's path must be, whatever the data folder's is.
  const redisDir = await mkdtemp(join(tmpdir(), 'airlock-redis-'))
  stack.defer(() => rm(redisDir, { recursive: true, force: true }))
  const redis = stack.use(await startEmbeddedRedis(redisDir))
  const github = stack.use(await createGitHubStandIn({ openapi: options.openapi ?? false }))
  const env = { ...operatorEnvironment(github, options.dataDir), REDIS_URL: redis.url, ...options.env }

  async function start(owner: AsyncDisposableStack, command: string, ready: string, more = {}) {
    const started = startLoggedProcess([...nodeFlags, airlockEntry, command], { ...env, ...more })
    owner.defer(async () => {
      await started.stop()
    })
    await started.waitFor((line) => line.msg === ready, startMs)
    return started
  }

  const app = await start(stack, 'serve', 'listening')
  const port = app.lines.find((line) => line.msg === 'listening')?.port
  const appUrl = `http://127.0.0.1:${String(port)}`
  github.deliverTo(`${appUrl}/api/github/webhooks`)

  const owned = stack.move()
  return {
    github,
    app,
    appUrl,
    redisUrl: redis.url,
    startApp: () => start(owned, 'serve', 'listening'),
    startWorker: (more) => start(owned, 'work', 'taking jobs', more),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
