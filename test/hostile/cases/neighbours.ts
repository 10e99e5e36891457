import type { HostileCase } from '../hostile-case.ts'

/** A bomb without end, and what ends it. */
export interface NeighbourCase extends HostileCase {
  readonly line: string
}

type Bomb = readonly [name: string, attack: string, line: string]

const bombs: readonly Bomb[] = [
  ['host-under-fork-bomb', 'a fork bomb', `exec bash -c 'bomb() { bomb | bomb & }; bomb; while :; do :; done'`],
  [
    'host-under-processor-burn',
    'programs that only compute',
    `for n in 1 2 3 4 5 6; do perl -e '1 while 1' & done; wait`,
  ],
  [
    'host-under-program-storm',
    'programs that start programs',
    `for n in 1 2 3 4; do sh -c 'while :; do /bin/true; done' & done; wait`,
  ],
  [
    'host-under-memory-bomb',
    'programs that take memory',
    `while :; do perl -e 'my @held; push @held, "x" x (1 << 20) while 1'; done`,
  ],
  [
    'host-under-disk-bomb',
    'programs that write files',
    'n=0; while :; do head -c 1M /dev/zero > part$n; n=$((n + 1)); done',
  ],
  [
    'host-under-file-bomb',
    'programs that make empty files',
    `perl -e 'my $n = 0; while (1) { open(my $file, ">", $n++ % 20000) }'`,
  ],
  ['host-under-log-bomb', 'programs that print', 'exec yes'],
]

/** That the host, and who else works on it, stands what a sandbox does to itself. */
export const neighbours: readonly NeighbourCase[] = bombs.map(([name, what, line]) => ({
  ...{ name, line, group: 'resource' },
  attack: `hold up the host with ${what}`,
}))
