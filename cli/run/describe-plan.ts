import { networkEntryName, type SetupPlan } from '../../worker/contract/index.ts'
import { printableText } from './printable-text.ts'

const sources: Readonly<Record<SetupPlan['source'], string>> = {
  policy: 'the policy says what to run',
  'copilot-setup-steps': 'the repository has setup steps for a coding agent',
  devcontainer: 'the repository has a dev container',
  lockfiles: 'the repository has lockfiles',
  nothing: 'no file of the repository says what to run',
}

/** A plan for a terminal. A repository wrote most of it: control characters are taken out. */
export function describePlan(plan: SetupPlan): string {
  const { source, commands, env, network, notDone, inputs } = plan
  const nothing = commands.length === 0
  const lines = [
    `setup    ${nothing ? 'nothing runs' : 'runs before the agent, in a sandbox of its own'}: ${sources[source]}`,
    ...commands.map(({ line, from }) => `run      ${line}  (${from})`),
    ...Object.entries(env).map(([name, value]) => `env      ${name}=${value}`),
    ...(nothing ? [] : [`network  ${network.length === 0 ? 'none' : network.map(networkEntryName).join(', ')}`]),
    ...(nothing ? [] : [`reuse    ${reuseText(inputs)}`]),
    ...notDone.map(({ what, why }) => `not done ${what}: ${why}`),
  ]
  return `${lines.map(printableText).join('\n')}\n`
}

function reuseText(inputs: SetupPlan['inputs']): string {
  if (inputs.kind === 'tree') return `by commits with the very same files: ${inputs.why}`
  return `by commits with the same ${inputs.paths.slice(0, 5).join(', ')}${inputs.paths.length > 5 ? ` and ${inputs.paths.length - 5} more` : ''}`
}
