import { probeFolder } from './probe-folder.ts'
import { type ProbedEngine, runProbe } from './run-probe.ts'

/** What of a command came into the record when it was tried. */
export interface Recorded {
  readonly exec: boolean
  readonly connect: boolean
}

/** As Linux has it on the machines that there are engines for: AF_INET, SOCK_STREAM, and the address as the kernel reads it. */
const connecting = 'socket my $way, 2, 1, 0; connect $way, pack "SnC4x8", 2, 80, 169, 254, 169, 254;'
const script = `system "/bin/true"; ${connecting}`

/** Starts a program and tries to connect in a sandbox of this engine. That something keeps the record says little. */
export async function probeRecord(probed: ProbedEngine): Promise<Recorded> {
  const argv = ['/usr/bin/perl', '-e', script]
  const { processes } = await probeFolder((folder) => runProbe(probed, folder, { name: 'record', argv }))
  const has = (kind: 'exec' | 'connect', detail: string) =>
    processes.some((event) => event.kind === kind && event.detail === detail)
  return { exec: has('exec', '/bin/true'), connect: has('connect', '169.254.169.254:80') }
}
