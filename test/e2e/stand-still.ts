import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoggedProcess, LogLine } from './process-log.ts'

/** Waits for a file that the test writes into the sandbox's home, on the host: it stands still as long as it should. */
const waits = 'until test -e ~/go; do sleep 0.05; done'
const soonMs = 60_000

/** Policies of jobs that stand still, in the agent's phase or in setup. */
export const standsStill = `agent: command\ncommand: [sh, -c, "${waits}; echo fixed > fixed.txt"]\n`
export const standsStillInSetup = `agent: command\ncommand: [sh, -c, "echo fixed > fixed.txt"]\nsetup:\n  run: ["${waits}"]\n`

type StillPhase = 'setup' | 'agent'

/** Resolves with the attempt that stands still. */
export async function untilStandingStill(
  worker: LoggedProcess,
  jobId: string,
  phase: StillPhase = 'agent',
): Promise<{ readonly jobId: string; readonly attempt: number; readonly phase: StillPhase }> {
  const isStep = (line: LogLine) => line.msg === 'step' && line.jobId === jobId && line.step === phase
  const { attempt } = await worker.waitFor(isStep, soonMs)
  return { jobId, attempt: Number(attempt), phase }
}

export async function letGo(
  dataDir: string,
  { jobId, attempt, phase }: { readonly jobId: string; readonly attempt: number; readonly phase: StillPhase },
): Promise<void> {
  await writeFile(join(dataDir, 'jobs', jobId, String(attempt), phase, 'home', 'go'), '')
}
