import type { Isolation } from '../../worker/contract/index.ts'
import type { SandboxListing } from '../../worker/pipeline/ports/index.ts'

export interface ListedSandbox extends SandboxListing {
  readonly isolation: Isolation
}

/** A line for each, for a terminal. */
export function describeSandboxes(listed: readonly ListedSandbox[]): string {
  if (listed.length === 0) return 'no sandbox is on this machine\n'
  const lines = listed.map(({ isolation, id, jobId, attempt, phase, live }) =>
    [
      isolation.padEnd(9),
      id,
      `job ${jobId}`,
      `attempt ${attempt}`,
      phase,
      live ? 'its worker lives' : 'left behind',
    ].join('  '),
  )
  return `${lines.join('\n')}\n`
}
