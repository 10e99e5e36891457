import { chmod, mkdtemp, rm } from 'node:fs/promises'

/**
 * Gives probes a folder, and removes it. It is below /tmp and can be walked through by every user, because the control
 * runs as the job's.
 */
export async function probeFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp('/tmp/airlock-probe-')
  try {
    await chmod(folder, 0o711)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
