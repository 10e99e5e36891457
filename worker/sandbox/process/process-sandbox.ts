import type { Sandbox } from '../../pipeline/ports/index.ts'
import type { HostTool } from '../command/inside-environment.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import { createCommandRunner } from './create-command-runner.ts'
import type { PreparedHost } from './prepare-host.ts'
import { removeSandbox } from './remove-sandbox.ts'
import { type SandboxPlan, setUpSandbox } from './set-up-sandbox.ts'

export interface SandboxContext extends Omit<SandboxPlan, 'limits' | 'visible'> {
  readonly host: PreparedHost
  readonly hostTools: readonly HostTool[]
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

function visiblePaths({ host, spec, hostTools }: SandboxContext): readonly string[] {
  return [
    ...[spec.workspace, spec.home, host.files.etc, host.files.emptyFolder],
    ...[...spec.tools, ...hostTools].map((tool) => tool.path),
    ...(spec.brokerSocket === null ? [] : [spec.brokerSocket]),
  ]
}
