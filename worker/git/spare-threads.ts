import { Worker } from 'node:worker_threads'
import { threadEnv } from '../process/thread-env.ts'

/** Threads that are started ahead of need: starting one takes longer than reading most workspaces. */
export interface SpareThreads {
  /** One that waits for its first message; whoever takes it ends it. */
  take(): Worker
  /** Starts the next one, at a time when nobody waits for it. It keeps no process alive. */
  refill(): void
}

/** Each thread is used once: nothing that one workspace did to it meets another. */
export function createSpareThreads(script: URL): SpareThreads {
  let spare: Worker | null = null
  const start = () => new Worker(script, { env: threadEnv() })
  return {
    take() {
      const taken = spare ?? start()
      spare = null
      taken.ref()
      return taken
    },
    refill() {
      if (spare !== null) return
      const made = start()
      made.unref()
      // It failed while nobody needed it: the next one to take a thread starts one, and hears why.
      const lost = () => {
        if (spare === made) spare = null
      }
      made.once('error', lost).once('exit', lost)
      spare = made
    },
  }
}
