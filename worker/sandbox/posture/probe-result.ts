/** One attempt to get out of a sandbox or past a limit, and the same attempt where nothing stands in its way. */
export interface ProbeResult {
  readonly name: string
  /** What was tried, in words for an operator. */
  readonly attempted: string
  readonly outcome: 'blocked' | 'open'
  /** `works`: the same attempt succeeds where it may, so the probe is sound. `not-offered`: this host has it for nobody. */
  readonly control: 'works' | 'not-offered'
  /** What the attempt inside saw. */
  readonly detail: string
}

/** Names of probes that tell of a limit, not of a wall: one that is open makes the posture weaker, not the class void. */
export const limitProbes = ['pids', 'memory', 'file-size', 'disk'] as const
