/**
 * What sandbox 1 runs: what the policy says, else what the repository itself says. Pure: from the base commit's files
 * to a plan. Imports the contract alone.
 *
 * What is read here was written by whoever could push to that branch. It decides nothing but what runs inside sandbox
 * 1, as a script that `npm ci` starts does anyway: it names no secret, no host that the policy has not allowed, no
 * image, no limit. In the order of `sources` the first that has a command counts, because each of them is meant to be
 * the whole of a setup.
 */
import picomatch from 'picomatch'
import type { Policy, SetupPlan } from '../contract/index.ts'
import type { BaseView, Found } from './base-view.ts'
import { boundCommands } from './bound-commands.ts'
import { findCopilotSteps } from './sources/copilot-steps.ts'
import { findDevcontainer } from './sources/devcontainer.ts'
import { findJavaScript } from './sources/javascript.ts'
import { findMise } from './sources/mise.ts'
import { findOthers } from './sources/other-lockfiles.ts'
import { findPython } from './sources/python.ts'

/** What this worker has for it. */
export interface SetupMeans {
  /** What the policy says the sandbox's system is. */
  readonly image: string
  /** Programs of the image. */
  readonly programs: ReadonlySet<string>
  /** Presets of the broker. */
  readonly presets: ReadonlySet<string>
}

export function planSetup(policy: Policy['setup'], view: BaseView, means: SetupMeans): SetupPlan {
  return policy.run === undefined ? planOfRepository(policy, view, means) : planOfPolicy(policy, policy.run, view)
}

function planOfPolicy({ inputs, network }: Policy['setup'], run: readonly string[], view: BaseView): SetupPlan {
  return {
    source: 'policy',
    commands: run.map((line) => ({ line, from: 'setup.run of the policy' })),
    env: {},
    network: network ?? [],
    notDone: [],
    inputs: inputsOf(inputs, view),
  }
}

function inputsOf(globs: Policy['setup']['inputs'], view: BaseView): SetupPlan['inputs'] {
  if (globs === undefined) return { kind: 'tree', why: 'there is no setup.inputs: setup.run may read any file' }
  const paths = matching(view, globs)
  return paths.length === 0 ? { kind: 'tree', why: 'no file matches setup.inputs' } : { kind: 'files', paths }
}

function matching(view: BaseView, globs: readonly string[]): string[] {
  const matches = picomatch([...globs], { dot: true })
  return [...view.paths].filter((path) => matches(path)).sort()
}

function planOfRepository(policy: Policy['setup'], view: BaseView, means: SetupMeans): SetupPlan {
  const lockfiles = join([findMise(view), findJavaScript(view), findPython(view), findOthers(view)])
  const sources = [
    ['copilot-setup-steps', findCopilotSteps(view)],
    ['devcontainer', findDevcontainer(view, means.image)],
    ['lockfiles', lockfiles],
  ] as const
  const at = sources.findIndex(([, { commands }]) => commands.length > 0)
  const looked = at === -1 ? sources : sources.slice(0, at + 1)
  const [source, found] = sources[at] ?? (['nothing', { commands: [], notDone: [] }] as const)
  // Commands of people's own say nothing of hosts: what their installations need is in the lockfiles.
  const registries = lockfiles.commands.flatMap(({ network }) => network)
  const bounded = boundCommands(found.commands, policy.network, means, registries, view.links)
  return {
    source,
    commands: bounded.commands.map(({ line, from }) => ({ line, from })),
    env: { ...found.env },
    network: bounded.network,
    notDone: [...looked.flatMap(([, one]) => one.notDone), ...bounded.notDone],
    inputs: bounded.inputs,
  }
}

function join(all: readonly Found[]): Found {
  return { commands: all.flatMap((one) => one.commands), notDone: all.flatMap((one) => one.notDone) }
}
