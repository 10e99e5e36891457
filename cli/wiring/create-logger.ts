import { isMainThread } from 'node:worker_threads'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Settings } from '../settings/settings-schema.ts'

/** JSON lines on standard output. Requests that failed carry their headers: no token may come along. */
export function createLogger(settings: Pick<Settings, 'LOG_LEVEL'>, name: 'app' | 'worker'): Logger {
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
  const output = isMainThread ? createOutput() : createThreadOutput()
  let gathering = false

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

interface Output {
  write(line: string): void
  flush(): void
}

function createOutput(): Output {
  const output = pino.destination({ dest: 1, sync: true, minLength: 8192 })
  process.once('exit', () => output.flushSync())
  return output
}

/** Through the main thread: lines that two threads write into one pipe could end up within each other. */
function createThreadOutput(): Output {
  let lines: string[] = []
  return {
    write(line) {
      lines.push(line)
    },
    flush() {
      process.stdout.write(lines.join(''))
      lines = []
    },
  }
}
