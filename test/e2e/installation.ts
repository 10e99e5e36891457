import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
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
  startWorker(env?: Readonly<Record<string, string>>): Promise<LoggedProcess>
}

const entry = fileURLToPath(new URL('../../cli/airlock.ts', import.meta.url))
const startMs = 30_000

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  await using stack = new AsyncDisposableStack()
  // Of its own and short: a unix socket's path must be, whatever the data folder's is.
  const redisDir = await mkdtemp(join(tmpdir(), 'airlock-redis-'))
  stack.defer(() => rm(redisDir, { recursive: true, force: true }))
  const redis = stack.use(await startEmbeddedRedis(redisDir))
  const github = stack.use(await createGitHubStandIn({ openapi: options.openapi ?? false }))
  const env = { ...environment(github, redis.url, options.dataDir), ...options.env }

  const app = startLoggedProcess([entry, 'serve'], env)
  stack.defer(async () => {
    await app.stop()
  })
  const listening = await app.waitFor((line) => line.msg === 'listening', startMs)
  const appUrl = `http://127.0.0.1:${String(listening.port)}`
  github.deliverTo(`${appUrl}/api/github/webhooks`)

  const owned = stack.move()
  return {
    github,
    app,
    appUrl,
    redisUrl: redis.url,
    async startWorker(more = {}) {
      const worker = startLoggedProcess([entry, 'work'], { ...env, ...more })
      owned.defer(async () => {
        await worker.stop()
      })
      await worker.waitFor((line) => line.msg === 'taking jobs', startMs)
      return worker
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Nothing of the caller's environment but what programs need to run at all: a real key must not change a test. */
function environment(github: GitHubStandIn, redisUrl: string, dataDir: string): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (kept.includes(name) || /^npm_config_/i.test(name)) ? [[name, value] as const] : [],
  )
  return {
    ...Object.fromEntries(inherited),
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GHE_HOST: new URL(github.url).host,
    GHE_PROTOCOL: 'http',
    REDIS_URL: redisUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    AIRLOCK_DATA_DIR: dataDir,
  }
}
