import type { BaseLogger } from 'pino'
import { GitHubError } from './github-error.ts'
import type { Thread } from './ports.ts'

/** What is said in a thread about one job: one comment, however often it is said. */
export interface Answers {
  /** For an event whose answer is all that comes of it: throws what may be tried again. */
  once(text: string): Promise<void>
  /** For an event that becomes a job, whatever GitHub thinks of it: the comment's id if it was made now, else null. */
  announce(text: string): Promise<number | null>
  /** Runs what must not stop a job, and logs what GitHub refuses. */
  quietly<T>(what: string, act: () => Promise<T>): Promise<T | null>
}

/** What the log has beside GitHub's refusal. */
type QuietFacts =
  | { readonly deliveryId: string; readonly jobId: string }
  | { readonly repositoryId: number; readonly fullName: string }

export function createQuietly({
  log,
  ...facts
}: { readonly log: Pick<BaseLogger, 'warn'> } & QuietFacts): Answers['quietly'] {
  return async (what, act) => {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      log.warn({ err: error, ...facts, what }, 'GitHub refused')
      return null
    }
  }
}

export function createAnswers(
  thread: Thread,
  jobId: string,
  { log, deliveryId }: { readonly log: Pick<BaseLogger, 'warn'>; readonly deliveryId: string },
): Answers {
  const quietly = createQuietly({ log, deliveryId, jobId })

  async function post(text: string): Promise<number | null> {
    return (await thread.findAnswer(jobId)) === null ? thread.answer(text) : null
  }

  return {
    quietly,
    announce: (text) => quietly('status comment', () => post(text)),
    async once(text) {
      try {
        await post(text)
      } catch (error) {
        if (!(error instanceof GitHubError) || error.retryable) throw error
        log.warn({ err: error, deliveryId, jobId }, 'an answer could not be given')
      }
    },
  }
}
