import { type Command, parseFlags } from '../command.ts'
import { loadAppCredentials } from '../settings/app-credentials.ts'
import { createLogger } from '../wiring/create-logger.ts'
import { untilStopped } from '../wiring/until-stopped.ts'
import { withRedis } from '../wiring/with-redis.ts'

const graceMs = 10_000

export const serve: Command = {
  help: `
usage: airlock serve

Needs APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, WEBHOOK_SECRET and REDIS_URL; docs/operator-reference.md lists all.
Webhooks are taken at /api/github/webhooks; /health and /ready answer for probes. SIGTERM ends it.

example:
  REDIS_URL=redis://127.0.0.1:6379 airlock serve

exit status: 0 ended by a signal · 2 wrong usage or settings`,
  async run(args, io) {
    parseFlags(args, {}, 'airlock serve')
    const credentials = loadAppCredentials(io.env, [['WEBHOOK_SECRET'], ['REDIS_URL']])
    const { settings } = credentials
    // A wrong call or setting is told of before all that comes after it is loaded.
    const { startApp } = await import('../wiring/app/start-app.ts')
    const log = createLogger(settings, 'app')
    const redisUrl = settings.REDIS_URL ?? ''
    await withRedis(redisUrl, log, async (redis) => {
      const webhookSecret = settings.WEBHOOK_SECRET ?? ''
      const app = await startApp({ ...credentials, webhookSecret, redis, redisUrl, log })
      await untilStopped(io.signal)
      log.info('ending')
      await app.close(graceMs)
    })
    return 0
  },
}
