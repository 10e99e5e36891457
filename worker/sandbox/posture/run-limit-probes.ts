import type { Limits } from '../../contract/index.ts'
import { SandboxError } from '../../pipeline/ports/index.ts'
import type { limitProbes, ProbeResult } from './probe-result.ts'
import { type ProbedEngine, type ProbeRun, runProbe } from './run-probe.ts'

const perl = '/usr/bin/perl'
const mebibyte = 1024 * 1024

interface LimitProbe {
  readonly name: (typeof limitProbes)[number]
  readonly attempted: string
  readonly program: string
  /** What should stop it, and what should let it through: the control. */
  readonly tight: Partial<Limits>
  readonly wide: Partial<Limits>
  readonly succeeded: (run: ProbeRun) => boolean
}

const forked = 40

const probes: readonly LimitProbe[] = [
  {
    name: 'pids',
    attempted: `start ${forked} processes where 20 are allowed`,
    program: `my $n = 0; while ($n < ${forked}) { my $pid = fork(); last unless defined $pid; if (!$pid) { sleep 20; exit } $n++ } print $n`,
    tight: { pids: 20 },
    wide: { pids: 200 },
    succeeded: (run) => run.output === String(forked),
  },
  {
    name: 'memory',
    attempted: 'use 160 MiB where 64 MiB are allowed',
    program: `my $held = 'x' x (160 * 1024 * 1024); print length $held`,
    tight: { memoryBytes: 64 * mebibyte },
    wide: { memoryBytes: 1024 * mebibyte },
    succeeded: (run) => run.ended === 'exited' && run.exitCode === 0,
  },
  {
    name: 'file-size',
    attempted: 'write a file of 8 MiB where 4 MiB are allowed',
    program: `open(my $file, '>', 'large') or die; syswrite($file, 'x' x (1 << 20)) or die for 1 .. 8; print 'written'`,
    tight: { diskBytes: 4 * mebibyte },
    wide: { diskBytes: 64 * mebibyte },
    succeeded: (run) => run.output === 'written',
  },
  {
    name: 'disk',
    attempted: 'fill 8 files of 1 MiB where 4 MiB are allowed',
    // It stays a moment, because where somebody has to look he looks once a second.
    program: `for (1 .. 8) { open(my $file, '>', "part$_") or die; syswrite($file, 'x' x (1 << 20)) or die } sleep 2; print 'filled'`,
    tight: { diskBytes: 4 * mebibyte },
    wide: { diskBytes: 64 * mebibyte },
    succeeded: (run) => run.ended === 'exited' && run.output === 'filled',
  },
]

/** Runs into each limit, and as the control does the same under a limit that is wide enough. */
export async function runLimitProbes(probed: ProbedEngine, folder: string): Promise<readonly ProbeResult[]> {
  return Promise.all(
    probes.map(async ({ name, attempted, program, tight, wide, succeeded }) => {
      const argv = [perl, '-e', program]
      const inside = await runProbe(probed, folder, { name, argv, limits: tight })
      const control = await runProbe(probed, folder, { name: `${name}-control`, argv, limits: wide })
      if (!succeeded(control)) throw new SandboxError('unavailable', `the probe ${name} fails where it may succeed`)
      const end = inside.ended === 'exited' ? (inside.signal ?? `exit ${inside.exitCode}`) : inside.ended
      return {
        name,
        attempted,
        outcome: succeeded(inside) ? 'open' : 'blocked',
        control: 'works',
        detail: end,
      } as const
    }),
  )
}
