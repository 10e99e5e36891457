import { type DestinationStream, type Logger, pino } from 'pino'

/**
 * The runner obeys lines that begin with `::`, and `##[` anywhere in a line. What a repository or an agent says is
 * printed among our own lines and must not become a command.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll('##[', '## [').replace(/^(\s*)::/gm, '$1: :')
}

/** One JSON line each, below the runner's own headings. Requests that failed carry their headers: no token may come along. */
export function createLog(write: (text: string) => void): Logger {
  const destination: DestinationStream = { write: (line) => write(withoutCommands(line)) }
  const redact = {
    paths: ['err.request.headers', 'err.response.headers', 'err.cause.request.headers', 'err.cause.response.headers'],
    remove: true,
  }
  return pino({ name: 'airlock', level: 'info', base: null, redact }, destination)
}
