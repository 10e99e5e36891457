import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { QueueError } from '../../worker/queue/queue-error.ts'
import type { Io } from '../command.ts'
import { type Command, parseFlags } from '../command.ts'
import { type AppCredentials, loadAppCredentials } from '../settings/app-credentials.ts'
import { SettingsError } from '../settings/parse-settings.ts'
import { createLogger } from '../wiring/create-logger.ts'
import { dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'
import { untilStopped } from '../wiring/until-stopped.ts'
import { withRedis } from '../wiring/with-redis.ts'

const graceMs = 15_000

export const up: Command = {
  help: `
usage: airlock up

Needs APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, and WEBHOOK_SECRET; docs/operator-reference.md lists all.
Without REDIS_URL it starts redis-server on a unix socket in the data folder, and writes every change down.

example:
  APP_ID=123456 PRIVATE_KEY_PATH=key.pem WEBHOOK_SECRET=… ANTHROPIC_API_KEY=… airlock up

exit status: 0 ended by a signal · 2 wrong usage or settings`,
  async run(args, io) {
    parseFlags(args, {}, 'airlock up')
    const credentials = loadAppCredentials(io.env, [['WEBHOOK_SECRET']])
    const { settings } = credentials
    if (settings.REDIS_URL !== undefined) return runBoth(credentials, settings.REDIS_URL, io)
    const folders = await prepareDataFolders(dataDirOf(settings))
    await using redis = await startOwnRedis(folders.redis)
    return await runBoth(credentials, redis.url, io)
  },
}

async function startOwnRedis(folder: string) {
  try {
    return await startEmbeddedRedis(folder)
  } catch (error) {
    if (error instanceof QueueError) throw new SettingsError(error.problems)
    throw error
  }
}

async function runBoth(credentials: AppCredentials, redisUrl: string, io: Io): Promise<number> {
  const { settings } = credentials
  // A wrong call or setting is told of before all that comes after it is loaded.
  const [{ startApp }, { startWorker }] = await Promise.all([
    import('../wiring/app/start-app.ts'),
    import('../wiring/worker/start-worker.ts'),
  ])
  await withRedis(redisUrl, createLogger(settings, 'app'), async (redis) => {
    const log = createLogger(settings, 'worker')
    const worker = await startWorker({ ...credentials, env: io.env, redis, log })
    const webhookSecret = settings.WEBHOOK_SECRET ?? ''
    const appLog = createLogger(settings, 'app')
    const app = await startApp({ ...credentials, webhookSecret, redis, redisUrl, log: appLog })
    log.info('taking jobs')
    await untilStopped(io.signal)
    log.info('ending')
    await app.close(graceMs)
    await worker.close(graceMs)
  })
  return 0
}
