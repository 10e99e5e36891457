/**
 * Runs the suite, or some parts of it, on one engine as the user that this process belongs to, and writes what it
 * found: one JSON object per line, and one at the end. Started by start-suite.ts with canaries in its variables, arguments, session
 * keyring and an open file.
 */
import { chmod, mkdtemp } from 'node:fs/promises'
import { z } from 'zod'
import { SandboxError } from '../../../worker/pipeline/ports/index.ts'
import { removeTree } from '../../../worker/seal/remove-tree.ts'
import { createPlace } from '../../sandbox/battery/sandbox-bench.ts'
import { engineNames, openEngine } from '../engines.ts'
import { partNames } from '../parts.ts'
import { createStage } from './stage.ts'

const [name, canary, wanted] = z.tuple([z.enum(engineNames), z.string(), z.string()]).parse(process.argv.slice(2, 5))
// Speeds mean nothing beside other tests.
const measured = process.env.HOSTILE_MEASURED === '1'

const folder = await mkdtemp('/tmp/airlock-hostile-')
await chmod(folder, 0o777)
try {
  const opened = await openEngine(name, folder)
  const place = createPlace(opened.engine, folder, opened.image)
  try {
    const stage = createStage({ engine: opened.engine, place, folder, canary, measured })
    for (const part of partNames.filter((one) => wanted === 'all' || one === wanted)) {
      for await (const finding of stage[part]()) process.stdout.write(`${JSON.stringify(finding)}\n`)
    }
    await stage.close()
  } finally {
    await place.destroyAll()
    await opened.stop()
  }
} catch (error) {
  if (!(error instanceof SandboxError && error.code === 'unavailable')) throw error
  process.stdout.write(`${JSON.stringify({ unavailable: error.message })}\n`)
} finally {
  await removeTree(folder)
}
process.stdout.write(`${JSON.stringify({ done: true })}\n`)
