import type { HostileCase } from '../hostile-case.ts'

/** A bomb without end, of which two things are asked. */
export interface EndlessBomb {
  readonly name: string
  readonly what: string
  readonly line: string
}

type Bomb = readonly [name: string, what: string, line: string]

const bombs: readonly Bomb[] = [
  ['fork-bomb', 'a fork bomb', `exec bash -c 'bomb() { bomb | bomb & }; bomb; while :; do :; done'`],
  ['processors', 'programs that only compute', `for n in 1 2 3 4 5 6; do perl -e '1 while 1' & done; wait`],
  ['programs', 'programs that start programs', `for n in 1 2 3 4; do sh -c 'while :; do /bin/true; done' & done; wait`],
  [
    'memory-bomb',
    'programs that take memory',
    `while :; do perl -e 'my @held; push @held, "x" x (1 << 20) while 1'; done`,
  ],
  ['disk-bomb', 'programs that write files', 'n=0; while :; do head -c 1M /dev/zero > part$n; n=$((n + 1)); done'],
  [
    'file-bomb',
    'programs that make empty files',
    `perl -e 'my $n = 0; while (1) { open(my $file, ">", $n++ % 20000) }'`,
  ],
  ['log-bomb', 'programs that print', 'exec yes'],
]

export const endlessBombs: readonly EndlessBomb[] = bombs.map(([name, what, line]) => ({ name, what, line }))

export const goneName = (bomb: string) => `gone-${bomb}`
export const slowName = (bomb: string) => `slow-${bomb}`

/** That the host, and who else works on it, stands what a sandbox does to itself. Speeds are not judged everywhere. */
export const neighbours: readonly HostileCase[] = endlessBombs.flatMap(({ name, what }): HostileCase[] => [
  { name: goneName(name), attack: `be there ten seconds after its end, with ${what}`, group: 'resource' },
  {
    ...{ name: slowName(name), attack: `hold up a neighbour by more than its share, with ${what}` },
    ...{ group: 'resource', notEverywhere: true },
  },
])
