/** One job on a GitHub Actions runner, in two halves. A composition root: it wires modules together, as `cli` does. */
import { setFailed } from '@actions/core'
import { SettingsError } from '../cli/settings/parse-settings.ts'
import { createStopSignal } from '../cli/stop-signal.ts'
import { createLog } from './console/create-log.ts'
import { image } from './image.ts'
import { readImageInputs } from './inputs/read-image-inputs.ts'
import { readInputs } from './inputs/read-inputs.ts'
import { publish } from './publish.ts'
import { sentJob } from './sent-job.ts'
import { setUp } from './set-up.ts'
import { work } from './work.ts'

/** What is done before, in steps that get no token and no secret. */
const steps = new Map([
  ['set-up', setUp],
  ['image', image],
])
const halves = new Map([
  ['work', work],
  ['publish', publish],
  ['job', sentJob],
])

process.exitCode = await main(process.argv[2] ?? '')

async function main(name: string): Promise<number> {
  const half = halves.get(name)
  const before = steps.get(name)
  const log = createLog((text) => process.stdout.write(text))
  try {
    if (before !== undefined) return await before(readImageInputs(), createStopSignal())
    if (half === undefined) return fail([`there is no job ${name}. Right would be: node scripts/run.mjs actions work`])
    return await half({ inputs: readInputs(), log, signal: createStopSignal() })
  } catch (error) {
    if (error instanceof SettingsError) return fail(error.problems)
    log.error({ err: error }, 'the job could not be run')
    return fail([error instanceof Error ? error.name : 'an unknown error'])
  }
}

function fail(problems: readonly string[]): number {
  setFailed(`airlock: ${problems.join('\n')}`)
  return 1
}
