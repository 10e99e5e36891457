import type { Job } from './job.ts'
import type { Sealed } from './steps/seal.ts'

/**
 * Runs the agent while what it was given is still looked at. Where that turns out not to be what was stored, the agent is
 * stopped, and nothing of it counts. Throws SnapshotError.
 */
export async function whileChecked<T>(job: Job, sealed: Sealed, run: (job: Job) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const checked = sealed.kept().catch((error: unknown) => {
    stop.abort()
    throw error
  })
  // Heard of below; until then it may come first.
  checked.catch(() => undefined)
  const { attempt } = job
  try {
    return await run({ ...job, attempt: { ...attempt, signal: AbortSignal.any([attempt.signal, stop.signal]) } })
  } finally {
    await checked
  }
}
