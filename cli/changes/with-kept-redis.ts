import { join } from 'node:path'
import { pino } from 'pino'
import { QueueUnavailableError } from '../../worker/contract/index.ts'
import { embeddedSocket } from '../../worker/queue/embedded-redis.ts'
import { SettingsError } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { dataDirOf } from '../wiring/data-folders.ts'
import { type ConnectedRedis, withRedis } from '../wiring/with-redis.ts'

/** The installation's Redis: the one that is named, or the one that `airlock up` runs in the data folder. */
export async function withKeptRedis<T>(settings: Settings, use: (redis: ConnectedRedis) => Promise<T>): Promise<T> {
  const own = embeddedSocket(join(dataDirOf(settings), 'redis'))
  try {
    return await withRedis(settings.REDIS_URL ?? own, pino({ level: 'silent' }), use)
  } catch (error) {
    if (!(error instanceof QueueUnavailableError) || settings.REDIS_URL !== undefined) throw error
    const remedy = 'Start `airlock up`, set REDIS_URL, or set AIRLOCK_DATA_DIR to the folder of the one that runs.'
    throw new SettingsError([`no Redis answers at ${own}. ${remedy}`])
  }
}
