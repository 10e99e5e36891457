import type { BaseLogger } from 'pino'
import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'

const everyMs = 30_000

/** Removes what a worker that died left on this machine: once now, and then again and again. */
export async function startReaper(
  engines: readonly SandboxEngine[],
  isLive: (jobId: string) => boolean,
  log: Pick<BaseLogger, 'info' | 'warn'>,
): Promise<{ stop(): Promise<void> }> {
  const reap = async () => {
    for (const engine of engines) {
      try {
        const removed = await engine.reap(isLive)
        if (removed > 0) log.info({ engine: engine.isolation, removed }, 'removed what a dead worker left')
      } catch (error) {
        log.warn({ err: error, engine: engine.isolation }, 'could not remove what a dead worker left')
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
