/** The command line. A composition root: the only place, with its neighbours in cli/, that wires modules together. */

import { runCommandLine } from './run-command-line.ts'
import { createStopSignal } from './stop-signal.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  signal: createStopSignal(),
})
