import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
import { type Command, type Io, parseFlagsAndWords, UsageError } from '../command.ts'
import { describeSandboxes, type ListedSandbox } from '../sandboxes/describe-sandboxes.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'

const right = 'airlock sandboxes list'

export const sandboxes: Command = {
  help: `
usage: airlock sandboxes list [--json]    every sandbox of every class on this machine, and whether its worker lives
       airlock sandboxes kill ID [--json] ends one, whoever made it; its job ends as if its agent had been killed

examples:
  airlock sandboxes list
  airlock sandboxes kill k3v9x0q2mf-1-agent-5d1f0a2b

exit status: 0 done · 1 there is no sandbox of this id · 2 wrong usage`,
  async run(args, io) {
    const { values, positionals } = parseFlagsAndWords(args, { json: { type: 'boolean' } }, right)
    const [verb, id, ...more] = positionals
    const settings = parseSettings(io.env, [])
    const open = async () => {
      const folders = await prepareDataFolders(dataDirOf(settings))
      // A wrong call need not wait for all engines.
      const { openEngines } = await import('../wiring/open-engines.ts')
      return openEngines(settings, io.env, folders)
    }
    if (verb === 'list' && id === undefined) return list(await open(), values.json === true, io)
    if (verb === 'kill' && id !== undefined && more.length === 0)
      return kill(await open(), id, values.json === true, io)
    if (verb === 'kill') throw new UsageError('kill takes the id of one sandbox', 'airlock sandboxes kill ID')
    throw new UsageError(
      verb === undefined ? 'a verb is needed: list or kill' : `cannot ${positionals.join(' ')}`,
      right,
    )
  },
}

async function list(engines: readonly SandboxEngine[], json: boolean, io: Io): Promise<number> {
  const listed: ListedSandbox[] = []
  for (const { isolation, list: listOf } of engines) {
    for (const sandbox of await listOf()) listed.push({ isolation, ...sandbox })
  }
  io.stdout(json ? `${JSON.stringify(listed)}\n` : describeSandboxes(listed))
  return 0
}

async function kill(engines: readonly SandboxEngine[], id: string, json: boolean, io: Io): Promise<number> {
  let killed = false
  for (const engine of engines) killed ||= await engine.kill(id)
  if (json) io.stdout(`${JSON.stringify({ id, killed })}\n`)
  else if (killed) io.stdout(`killed ${id}\n`)
  else io.stderr(`airlock: there is no sandbox ${JSON.stringify(id)}\n`)
  return killed ? 0 : 1
}
