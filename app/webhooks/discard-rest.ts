import type { IncomingMessage } from 'node:http'

const longestMs = 2000
const pauseMs = 10

/**
 * Throws away, for a moment, what a refused sender is still sending: a socket that is closed at once would cost them
 * our answer. Slowly, because what is read is garbage only when it is collected: at full speed a large body would make
 * the process grow as if it had been kept.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return
  const cutOff = setTimeout(() => request.destroy(), longestMs)
  let next: NodeJS.Timeout | undefined
  request
    .on('data', () => {
      request.pause()
      next = setTimeout(() => request.resume(), pauseMs)
    })
    .once('close', () => {
      clearTimeout(cutOff)
      clearTimeout(next)
    })
}
