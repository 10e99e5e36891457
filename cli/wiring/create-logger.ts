import { type Logger, pino } from 'pino'
import type { Settings } from '../settings/settings-schema.ts'

/** JSON lines on standard output. Requests that failed carry their headers: no token may come along. */
export function createLogger(settings: Settings, name: 'app' | 'worker'): Logger {
  return pino({
    name: `airlock-${name}`,
    level: settings.LOG_LEVEL ?? 'info',
    redact: {
      paths: ['err.request.headers', 'err.response.headers', 'err.cause.request.headers', 'err.cause.response.headers'],
      remove: true,
    },
  })
}
