/** Runs all cases as the user that this process belongs to, and writes what was seen: one JSON object per line. */
import { shownCases } from './shown-cases.ts'
import { createShownWorld } from './shown-world.ts'

await using world = await createShownWorld()
for (const { name, run } of shownCases) {
  const startedAt = Date.now()
  const verdict = await run(world).catch((error: unknown) => ({ seen: String(error), expected: 'no error' }))
  process.stdout.write(`${JSON.stringify({ name, ...verdict, ms: Date.now() - startedAt })}\n`)
}
