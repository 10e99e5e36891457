import type { BaseLogger } from 'pino'
import type { PipelinePorts } from '../../worker/pipeline/job.ts'

const everyMs = 30_000

/** Removes what a worker that died left on this machine: once now, and then again and again. */
export async function startReaper(
  { engines, folders }: Pick<PipelinePorts, 'engines' | 'folders'>,
  isLive: (jobId: string) => boolean,
  log: Pick<BaseLogger, 'info' | 'warn'>,
): Promise<{ stop(): Promise<void> }> {
  const reap = async () => {
    // The sandboxes first: what runs in a folder would fill it again.
    for (const place of [...engines, folders]) {
      try {
        const removed = await place.reap(isLive)
        if (removed > 0) log.info({ removed }, 'removed what a dead worker left')
      } catch (error) {
        log.warn({ err: error }, 'could not remove what a dead worker left')
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
