import { type Command, parseFlags } from '../command.ts'
import { loadAppCredentials } from '../settings/app-credentials.ts'
import { createLogger } from '../wiring/create-logger.ts'
import { untilStopped } from '../wiring/until-stopped.ts'
import { withRedis } from '../wiring/with-redis.ts'

/** A job may well be about to publish; one that takes longer is given back and taken up by another worker. */
const graceMs = 15_000

export const work: Command = {
  help: `
usage: airlock work

Needs APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, and REDIS_URL; docs/operator-reference.md lists all.
SIGTERM lets running jobs finish for ${graceMs / 1000} s and gives the rest back to the queue.

example:
  REDIS_URL=redis://10.0.0.5:6379 AIRLOCK_CONCURRENCY=4 airlock work

exit status: 0 ended by a signal · 2 wrong usage or settings`,
  async run(args, io) {
    parseFlags(args, {}, 'airlock work')
    const credentials = loadAppCredentials(io.env, [['REDIS_URL']])
    // A wrong call or setting is told of before all that comes after it is loaded.
    const { startWorker } = await import('../wiring/worker/start-worker.ts')
    const log = createLogger(credentials.settings, 'worker')
    await withRedis(credentials.settings.REDIS_URL ?? '', log, async (redis) => {
      const worker = await startWorker({ ...credentials, env: io.env, redis, log })
      log.info('taking jobs')
      await untilStopped(io.signal)
      log.info('ending')
      await worker.close(graceMs)
    })
    return 0
  },
}
