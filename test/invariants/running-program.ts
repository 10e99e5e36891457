import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalAirlock } from './local-airlock.ts'
import { processesOf, procFile } from './processes-of.ts'

/** Waits until a program runs in a sandbox of the job that is under way, and tells its pid on the host. */
export async function runningProgram(airlock: Pick<LocalAirlock, 'folders'>, argv: readonly string[]): Promise<number> {
  const wanted = `${argv.join('\0')}\0`
  for (let waited = 0; waited < 30_000; waited += 20) {
    const pids = readdirSync(airlock.folders.jobs).flatMap(processesOf)
    const found = pids.find((pid) => procFile(pid, 'cmdline') === wanted)
    if (found !== undefined) return found
    await sleep(20)
  }
  throw new Error(`${argv.join(' ')} did not start`)
}
