import type { Sandbox } from '../../pipeline/ports/index.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import type { SandboxSystem } from './choose-system.ts'
import { createCommandRunner } from './create-command-runner.ts'
import type { PreparedHost } from './prepare-host.ts'
import { removeSandbox } from './remove-sandbox.ts'
import { type SandboxPlan, setUpSandbox } from './set-up-sandbox.ts'

export interface SandboxContext extends Omit<SandboxPlan, 'limits' | 'visible'> {
  readonly host: PreparedHost
  readonly system: SandboxSystem
}

/**
 * One sandbox of class `process`: folders and limits that outlive its commands, and for each command a fresh set of
 * namespaces. Nothing that a command started lives on into the next one. Commands run one at a time.
 */
export async function createProcessSandbox(context: SandboxContext): Promise<Sandbox> {
  const { host, spec } = context
  const parts = await setUpSandbox({ ...context, limits: spec.limits, visible: visiblePaths(context) })
  const runner = createCommandRunner(context, parts)
  return sequentialSandbox(parts.id, {
    run: runner.run,
    remove: () => removeSandbox(host, parts, runner.namespaces()),
  })
}

function visiblePaths({ host, spec, system }: SandboxContext): readonly string[] {
  return [
    ...[spec.workspace, spec.home, host.files.emptyFolder, system.etc ?? system.view.root],
    ...[...spec.tools, ...system.hostTools].map((tool) => tool.path),
    ...(spec.brokerSocket === null ? [] : [spec.brokerSocket]),
  ]
}
