import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { sandboxStateSchema } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { runIn } from '../battery/sandbox-bench.ts'

/** What is seen of a command, by the version of control groups that the machine has. */
export const startThenJob = [['128', '1024', '128'], ['12', '100', '12'], null]

const files = ['cpu.shares', 'cpu.weight']
const lookEveryMs = 2

/**
 * How a sandbox stands for processors on the way to a command, and while it runs: one weight after the other.
 * Null where the worker can make no group for them.
 */
export async function weightsSeen(
  { runDir }: { readonly runDir: string },
  sandbox: Sandbox,
  argv: readonly string[],
): Promise<readonly string[] | null> {
  const state: unknown = JSON.parse(readFileSync(join(runDir, 'sandboxes', sandbox.id, 'state.json'), 'utf8'))
  const { groups } = sandboxStateSchema.parse(state)
  const file = groups.flatMap((group) => files.map((name) => join(group, name))).find(existsSync)
  if (file === undefined) return null
  const seen: string[] = []
  const look = () => {
    const weight = readFileSync(file, 'utf8').trim()
    if (weight !== seen.at(-1)) seen.push(weight)
  }
  look()
  const looking = setInterval(look, lookEveryMs)
  try {
    await runIn(sandbox, argv, { onOutput: look })
  } finally {
    clearInterval(looking)
  }
  return seen
}
