import { readFile } from 'node:fs/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { printable } from '../audit/printable.ts'
import { probeFolder } from '../posture/probe-folder.ts'
import { type ProbedEngine, runProbe } from '../posture/run-probe.ts'

export interface ToolFacts {
  /** Common tools that do not work inside, with what each complained of. */
  readonly broken: readonly { readonly tool: string; readonly complaint: string }[]
  /** Whether what ran and what it tried to reach came into the record. */
  readonly recorded: { readonly exec: boolean; readonly inet: boolean; readonly unix: boolean }
  /** The kernel's version as it is seen from inside. */
  readonly guestKernel: string
}

const script = new URL('./tools.pl', import.meta.url)

/** Uses common tools in a sandbox: the sentry is a kernel of its own, and there are versions on which some fail. */
export async function probeTools(probed: ProbedEngine): Promise<ToolFacts> {
  const stdin = await readFile(script, 'utf8')
  const run = await probeFolder((folder) =>
    runProbe(probed, folder, { name: 'tools', argv: ['/usr/bin/perl', '-'], stdin }),
  )
  if (run.ended !== 'exited' || run.exitCode !== 0) {
    throw new SandboxError('unavailable', `the probe of tools did not end: ${printable(Buffer.from(run.errors), 400)}`)
  }
  const lines = run.output.split('\n').map((line) => line.split('\t'))
  const seen = (kind: 'exec' | 'connect', part: string) =>
    run.processes.some((event) => event.kind === kind && event.detail.includes(part))
  const kernel = /^kernel (\S+)$/m.exec(run.output)?.[1] ?? 'unknown'
  return {
    broken: lines.flatMap(([tool = '', worked, complaint = '']) =>
      worked !== 'no' ? [] : [{ tool, complaint: printable(Buffer.from(complaint.trim()), 160) }],
    ),
    recorded: {
      exec: seen('exec', '/usr/bin/perl -'),
      inet: seen('connect', '169.254.169.254:80'),
      unix: seen('connect', 'unix:/tmp/nowhere'),
    },
    guestKernel: printable(Buffer.from(kernel), 64),
  }
}
