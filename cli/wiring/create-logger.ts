import { type DestinationStream, type Logger, pino } from 'pino'
import type { Settings } from '../settings/settings-schema.ts'

/** JSON lines on standard output. Requests that failed carry their headers: no token may come along. */
export function createLogger(settings: Settings, name: 'app' | 'worker'): Logger {
  const options = {
    name: `airlock-${name}`,
    level: settings.LOG_LEVEL ?? 'info',
    redact: {
      paths: ['err.request.headers', 'err.response.headers', 'err.cause.request.headers', 'err.cause.response.headers'],
      remove: true,
    },
  }
  return name === 'app' ? pino(options, createGathering()) : pino(options)
}

/** In a burst of webhooks a write for each line is dear: lines of a moment go out together. */
const gatherMs = 20

function createGathering(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: 8192 })
  let gathering = false
  process.once('exit', () => output.flushSync())

  function flush(): void {
    gathering = false
    output.flush()
  }

  return {
    write(line) {
      if (!gathering) setTimeout(flush, gatherMs)
      gathering = true
      output.write(line)
    },
  }
}
