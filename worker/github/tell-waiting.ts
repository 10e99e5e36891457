import type { BaseLogger } from 'pino'
import type { JobRequest, QuotaWait } from '../contract/index.ts'
import { type Fence, FenceLostError } from '../pipeline/ports/index.ts'
import { commentPermission } from './comment-permission.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import { openRepositorySession } from './repository-session.ts'
import { writeStatusComment } from './status-comment.ts'

export interface WaitingDeps {
  readonly tokens: InstallationTokens
  readonly wording: { waiting(request: JobRequest, wait: QuotaWait): string }
  readonly botLogin: () => Promise<string>
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

export type TellWaiting = (request: JobRequest, wait: QuotaWait, fence: Fence) => Promise<void>

const writeMs = 60_000

/** Says in a job's comment what it waits for. Throws what is worth another try; whatever else GitHub refuses is logged. */
export function createTellWaiting({ tokens, wording, botLogin, log }: WaitingDeps): TellWaiting {
  return async (request, wait, fence) => {
    log.info({ jobId: request.id, ...wait }, 'job waits for a quota')
    if (request.subject === null) return
    const signal = AbortSignal.timeout(writeMs)
    try {
      await using session = openRepositorySession(tokens, request, commentPermission(request), signal)
      const text = wording.waiting(request, wait)
      const status = { text, botLogin: await botLogin(), known: null, fence }
      await writeStatusComment(session, await session.locate(), request, status)
    } catch (error) {
      if (error instanceof FenceLostError) throw error
      log.warn({ err: error, jobId: request.id }, 'GitHub could not be told that a job waits')
      if (error instanceof Error && 'retryable' in error && error.retryable === true) throw error
    }
  }
}
