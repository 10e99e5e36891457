import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { threadEnv } from '../../../../worker/process/thread-env.ts'
import type { LedgerEntry } from '../../../../worker/queue/ledger.ts'
import { type Accepted, type ListenerData, saidSchema } from './messages.ts'

export interface SecondListener {
  /** It takes nothing new, and ends when what is running has finished, or at last after `graceMs`. */
  close(graceMs: number): Promise<void>
}

export type HandOver = (queue: Accepted['queue'], entry: LedgerEntry) => void

/** Starts it. `handOver` gets what it wrote down. Rejects with the system's error where it cannot listen. */
export async function startSecondListener(data: ListenerData, handOver: HandOver): Promise<SecondListener> {
  const thread = new Worker(new URL('second-listener-thread.ts', import.meta.url), {
    workerData: data,
    env: threadEnv(),
  })
  // It says nothing else before it listens; an error in it rejects.
  await once(thread, 'message')
  thread.on('message', (message) => {
    const said = saidSchema.parse(message)
    if (said.kind === 'accepted') for (const { queue, entry } of said.entries) handOver(queue, entry)
  })
  // As anywhere else in the app, what nobody expected ends the process, and who supervises it starts it again.
  thread.once('error', (error) => {
    throw error
  })
  const ended = once(thread, 'exit')
  return {
    async close(graceMs) {
      thread.postMessage({ graceMs })
      await ended
    },
  }
}
