import type { BaseLogger } from 'pino'
import type { PipelinePorts } from '../../../worker/pipeline/job.ts'

const everyMs = 30_000

interface Reapable extends Pick<PipelinePorts, 'engines' | 'folders'> {
  /** Records, where the operator bounds how long they are kept. */
  readonly records: readonly { reap(): Promise<number> }[]
}

/** Removes what a worker that died left on this machine, and records whose time is over: once now, and then again and again. */
export async function startReaper(
  { engines, folders, records }: Reapable,
  isLive: (jobId: string) => boolean,
  log: Pick<BaseLogger, 'info' | 'warn'>,
): Promise<{ stop(): Promise<void> }> {
  const reap = async () => {
    // The sandboxes first: what runs in a folder would fill it again.
    for (const place of [...engines, folders, ...records]) {
      try {
        const removed = await place.reap(isLive)
        if (removed > 0) log.info({ removed }, 'removed what was left')
      } catch (error) {
        log.warn({ err: error }, 'could not remove what was left')
      }
    }
  }
  await reap()
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(reap)
  }, everyMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
