/** Runs all cases as the user that this process belongs to, and writes what was seen: one JSON object per line. */
import { expectsOverlay } from './expects-overlay.ts'
import { ownCases } from './own-cases.ts'
import { createOwnWorld } from './own-world.ts'

for (const { name, run } of ownCases) {
  const startedAt = Date.now()
  await using world = await createOwnWorld()
  const verdict = await run(world).catch((error: unknown) => ({ seen: String(error), expected: 'no error' }))
  // Where the kernel or its settings allow none, there is nothing to see: what jobs get then is in test/seal.
  const judged = expectsOverlay() ? verdict : { seen: null, expected: null }
  process.stdout.write(`${JSON.stringify({ name, ...judged, ms: Date.now() - startedAt })}\n`)
}
