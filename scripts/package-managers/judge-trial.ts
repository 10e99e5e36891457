import type { Asked } from './start-registry.ts'
import { greeting } from './trial.ts'

/** How one whole job ended. */
export interface TrialEnd {
  /** `outcome/reason`. */
  readonly end: string
  /** The plan's commands. */
  readonly commands: readonly string[]
  /** What the package said in the agent's sandbox; null: it was not asked. */
  readonly said: string | null
  /** The last lines of a setup that failed; else what was said beside, when the package was used. */
  readonly lastOutput: string
  /** What the plan left out, and why. */
  readonly notDone: readonly string[]
  readonly asked: readonly Asked[]
}

/** What the table says of a program, by one job with the credential and one, the control, without. Pure. */
export function judgeTrial(job: TrialEnd, control: TrialEnd): string {
  if (job.commands.length === 0) return `not planned: ${job.notDone.join('; ')}`
  if (job.said?.trim() !== greeting) return `failed: ${whyNot(job)}`
  if (!job.asked.some(({ status }) => status === 200)) return 'no proof: the registry gave nothing'
  const refused = control.asked.length > 0 && control.asked.every(({ status }) => status === 401)
  if (!refused || control.said?.trim() === greeting) return 'no proof: the control was not refused'
  return 'installed'
}

function whyNot({ said, end, lastOutput }: TrialEnd): string {
  const text = lastOutput.trim().split('\n').slice(-3).join(' ').slice(-300)
  return `${said === null ? end : 'not usable offline'}: ${text}`
}
