import { type Io, UsageError } from './command.ts'
import { commands } from './commands/index.ts'

/** One call of `airlock`, by its arguments without the program's own name. Returns the exit status. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const [commandName, ...commandArgs] = argv
  if (commandName === undefined || commandName === '--help' || commandName === 'help') return printOverview(io)
  const entry = commands.get(commandName)
  if (entry === undefined) return wrongUsage(io, `there is no command ${commandName}`, 'airlock --help')
  const command = await entry.load()
  const ours = commandArgs.includes('--') ? commandArgs.slice(0, commandArgs.indexOf('--')) : commandArgs
  if (ours.includes('--help')) {
    io.stdout(`${command.help.trim()}\n`)
    return 0
  }
  try {
    return await command.run(commandArgs, io)
  } catch (error) {
    if (error instanceof UsageError) return wrongUsage(io, error.message, error.right)
    return explain(io, error)
  }
}

/** What it knows errors by is loaded by now, or else they are none of these. */
async function explain(io: Io, error: unknown): Promise<number> {
  const { SettingsError } = await import('./settings/parse-settings.ts')
  if (error instanceof SettingsError) return wrongSettings(io, error.problems)
  const { QueueUnavailableError } = await import('../worker/contract/index.ts')
  if (error instanceof QueueUnavailableError) return unavailable(io, 'the Redis that REDIS_URL names does not answer')
  throw error
}

function printOverview(io: Io): number {
  const width = Math.max(...[...commands.keys()].map((key) => key.length))
  const lines = [...commands].map(([key, command]) => `  ${key.padEnd(width)}  ${command.summary}`)
  io.stdout(`usage: airlock COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nairlock COMMAND --help tells more.\n`)
  return 0
}

function wrongUsage(io: Io, what: string, right: string): number {
  io.stderr(`airlock: ${what}\nright would be: ${right}\n`)
  return 2
}

/** Nothing is wrong with the call: whoever supervises this process may start it again. */
function unavailable(io: Io, what: string): number {
  io.stderr(`airlock: ${what}\n`)
  return 1
}

function wrongSettings(io: Io, problems: readonly string[]): number {
  io.stderr(`airlock: wrong or missing settings\n${problems.map((problem) => `  ${problem}`).join('\n')}\n`)
  return 2
}
