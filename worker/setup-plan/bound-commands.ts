import type { NotDone, Policy, SetupPlan } from '../contract/index.ts'
import type { FoundCommand } from './base-view.ts'
import type { SetupMeans } from './plan-setup.ts'

export interface BoundCommands {
  readonly commands: readonly FoundCommand[]
  readonly network: SetupPlan['network']
  readonly notDone: readonly NotDone[]
  readonly inputs: SetupPlan['inputs']
}

/**
 * Leaves out what this image cannot run and what the policy's network does not reach: a command that is sure to fail
 * would end every job of the repository. Where the policy says nothing of network, the presets of the package
 * managers are open, and nothing else.
 */
export function boundCommands(
  found: readonly FoundCommand[],
  allowed: Policy['setup']['network'],
  { programs, presets }: SetupMeans,
  registries: readonly string[],
  links: ReadonlySet<string>,
): BoundCommands {
  const commands: FoundCommand[] = []
  const notDone: NotDone[] = []
  for (const command of found) {
    const why = missingProgram(command, programs) ?? missingNetwork(command, allowed, presets)
    if (why === null) commands.push(command)
    else notDone.push({ what: `\`${command.line}\` of ${command.from}`, why })
  }
  const wanted = commands.flatMap(({ program, network }) => (program === null ? registries : network))
  const open = [...new Set(wanted)].filter((preset) => presets.has(preset)).sort()
  return {
    commands,
    network: commands.length === 0 ? [] : [...(allowed ?? open)],
    notDone,
    inputs: inputsOf(commands, links),
  }
}

function missingProgram({ program }: FoundCommand, programs: ReadonlySet<string>): string | null {
  if (program === null || programs.has(program)) return null
  return `the image has no ${program}`
}

function missingNetwork(
  { network }: FoundCommand,
  allowed: Policy['setup']['network'],
  presets: ReadonlySet<string>,
): string | null {
  if (allowed === undefined) {
    const unknown = network.find((preset) => !presets.has(preset))
    return unknown === undefined ? null : `this worker has no preset ${unknown}`
  }
  const closed = network.find((preset) => !allowed.includes(preset) && !allowed.includes('*'))
  return closed === undefined ? null : `setup.network does not list ${closed}`
}

function inputsOf(commands: readonly FoundCommand[], links: ReadonlySet<string>): SetupPlan['inputs'] {
  const paths = new Set<string>()
  for (const { inputs, line } of commands) {
    if ('tree' in inputs) return { kind: 'tree', why: `\`${line.slice(0, 200)}\`: ${inputs.tree}` }
    for (const path of inputs) paths.add(path)
  }
  const link = [...paths].find((path) => links.has(path))
  if (link !== undefined) return { kind: 'tree', why: `${link} is a symlink to another file` }
  return { kind: 'files', paths: [...paths].sort() }
}
