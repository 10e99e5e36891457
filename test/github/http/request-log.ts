import type { Identity } from '../auth/identify.ts'
import type { Fault } from './faults.ts'

export interface RecordedRequest {
  readonly at: Date
  readonly method: string
  /** Below the API root, or the git path; without its query. */
  readonly path: string
  readonly query: string
  /** The route as GitHub's description spells it; `git` for git; undefined where no route is known. */
  readonly template: string | undefined
  readonly identity: Identity
  /** As sent, parsed where it was JSON; undefined for git. */
  readonly body: unknown
  /** How the request breaks GitHub's OpenAPI description. */
  readonly violations: readonly string[]
  readonly fault: Fault | undefined
  /** Undefined while it is under way, and for ever where the connection was dropped. */
  readonly status: number | undefined
}

type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] }

export interface RequestLog {
  readonly list: readonly RecordedRequest[]
  add(record: OpenRecord): OpenRecord
  /** Says that a request has ended, so that `until` looks again. */
  ended(): void
  /** Resolves as soon as the check holds; it is tried now and after each request. Rejects after `timeoutMs`. */
  until(check: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void>
}

export function createRequestLog(): RequestLog {
  const list: OpenRecord[] = []
  const waiting = new Set<() => void>()
  return {
    list,
    add(record) {
      list.push(record)
      return record
    },
    ended() {
      for (const look of waiting) look()
    },
    async until(check, timeoutMs) {
      const deadline = AbortSignal.timeout(timeoutMs)
      const late = Promise.withResolvers<never>()
      deadline.addEventListener('abort', () => late.reject(new Error(`still not so after ${timeoutMs} ms: ${check}`)))
      late.promise.catch(() => undefined)
      for (;;) {
        const next = Promise.withResolvers<void>()
        waiting.add(next.resolve)
        try {
          if (await check()) return
          await Promise.race([next.promise, late.promise])
        } finally {
          waiting.delete(next.resolve)
        }
      }
    },
  }
}
