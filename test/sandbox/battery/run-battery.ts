/**
 * Runs the whole battery as the user that this process belongs to, and writes what was seen: one JSON object per
 * line.
 */
import { attacks } from './attacks.ts'
import { bombs } from './bombs.ts'
import { bridges } from './bridges.ts'
import { lifetimes } from './lifetimes.ts'
import { processors } from './processors.ts'
import { records } from './records.ts'
import { createSandboxBench } from './sandbox-bench.ts'

for (const { name, run } of [...attacks, ...lifetimes, ...bombs, ...bridges, ...records, ...processors]) {
  const startedAt = Date.now()
  await using bench = await createSandboxBench()
  const verdict = await run(bench).catch((error: unknown) => ({ seen: String(error), expected: 'no error' }))
  process.stdout.write(`${JSON.stringify({ name, ...verdict, ms: Date.now() - startedAt })}\n`)
}
