import type { HostileCase } from '../hostile-case.ts'

/**
 * A program that needs more than it may have. It prints `survived` if it came to its end. `$HOLD` is how many seconds
 * it keeps what it took: long enough to be seen where it should be, and none in the control.
 */
export interface BombCase extends HostileCase {
  readonly line: string
  /** Which limits it runs into; those of a kind share a sandbox as long as it can be used. */
  readonly against: 'size' | 'count' | 'time'
}

type Bomb = readonly [name: string, attack: string, line: string]

const bomb =
  (against: BombCase['against']) =>
  ([name, attack, line]: Bomb): BombCase => ({ name, attack, line, against, group: 'resource' })

const perl = (program: string) => `exec perl -e '${program}'`
/** Starts so many processes that stay: whatever time a busy machine needs for all of them, none is gone before the last. */
const forks = (child: string) =>
  perl(`for (1 .. 60) { my $pid = fork; exit 1 unless defined $pid; if (!$pid) { ${child} } } print "survived"`)
/** Ends only if every file was written. */
const writes = (files: string) => `${files} && sleep $HOLD && echo survived`
/** In large blocks: what is asked is how much may be kept, and not how often it is written. */
const zeros = (mebibytes: number) => `dd if=/dev/zero bs=1M count=${mebibytes} status=none`
/** By one program, because on some engines each further one costs more than what it writes. */
const fill = (
  files: number,
  mebibytes: number,
  path: string,
  before = '',
  each = 'close $file or exit 1',
  after = '',
) =>
  `perl -e '${before} for my $n (1 .. ${files}) { open(my $file, ">", ${path}) or exit 1; syswrite($file, "x" x (${mebibytes} << 20)) or exit 1; ${each} } ${after}'`

const memory: readonly Bomb[] = [
  ['memory-of-one', 'take too much memory', perl('my $held = "x" x (80 << 20); print "survived"')],
  [
    'memory-of-many',
    'take too much memory in many processes',
    // Each holds on until all do: where a busy machine starts one after the other, none may be gone before the last.
    `for n in 1 2 3 4; do perl -e 'my $held = "x" x (22 << 20); syswrite STDOUT, "held\\n"; for (1 .. 600) { last if -s STDOUT >= 20; select undef, undef, undef, 0.1 } sleep $ENV{HOLD}' & done > held; wait; [ "$(grep -c held held)" = 4 ] && echo survived`,
  ],
  ['memory-in-tmp', 'take too much memory as files in /tmp', writes(`${zeros(80)} > /tmp/large`)],
  ['memory-in-many-files', 'take too much memory as many files in /tmp', writes(fill(16, 5, '"/tmp/part$n"'))],
  ['memory-in-dev-shm', 'take too much memory as files in /dev/shm', writes(`${zeros(80)} > /dev/shm/large`)],
  [
    'memory-deleted',
    'take too much memory as a deleted file',
    writes(`exec 3> /dev/shm/large; rm /dev/shm/large; ${zeros(80)} >&3`),
  ],
  [
    'memory-shared',
    'take too much memory as shared memory',
    perl(
      'my $id = shmget(7, 80 << 20, 01600); defined $id or exit 1; my $block = "x" x (1 << 20); for (0 .. 79) { shmwrite($id, $block, $_ << 20, 1 << 20) or exit 1 } shmctl($id, 0, 0); print "survived"',
    ),
  ],
  [
    'memory-in-sockets',
    'take too much memory in the buffers of sockets',
    perl(
      'my @held; for (1 .. 250) { socketpair(my $one, my $two, 1, 1, 0) or exit 1; push @held, $one, $two; for ($one, $two) { fcntl($_, 4, 2048); 1 while syswrite($_, "x" x 65536) } } print "survived"',
    ),
  ],
]

const processes: readonly Bomb[] = [
  ['processes', 'start too many processes', forks('sleep; exit')],
  ['processes-buried', 'keep too many dead processes', forks('exit')],
  ['processes-stopped', 'keep too many stopped processes', forks('kill "STOP", $$; exit')],
  [
    'processes-orphaned',
    'start too many processes that nobody waits for',
    perl(
      'for (1 .. 60) { my $pid = fork; exit 1 unless defined $pid; if (!$pid) { my $next = fork; exit 1 unless defined $next; if (!$next) { sleep; exit } exit 0 } waitpid $pid, 0; exit 1 if $? } print "survived"',
    ),
  ],
  [
    'processes-in-groups',
    'start too many processes in sessions of their own',
    perl(
      'use POSIX; for (1 .. 60) { my $pid = fork; exit 1 unless defined $pid; if (!$pid) { POSIX::setsid(); sleep; exit } } print "survived"',
    ),
  ],
]

const disk: readonly Bomb[] = [
  ['disk-one-file', 'fill the disk with one file', writes(`${zeros(20)} > large`)],
  ['disk-many-files', 'fill the disk with many files', writes(fill(20, 1, '"part$n"'))],
  ['disk-home', 'fill the disk from its home', writes(fill(20, 1, '"$ENV{HOME}/part$n"'))],
  ['disk-sparse', 'make a file that seems to be larger than the disk', 'truncate -s 20M sparse && echo survived'],
  [
    'disk-deleted',
    'fill the disk with files that are deleted but open',
    writes(fill(20, 1, '"gone"', 'my @held;', 'unlink "gone"; push @held, $file', 'sleep $ENV{HOLD}')),
  ],
  [
    'disk-hidden',
    'fill the disk in a folder that nobody may read',
    writes(`mkdir hidden && ${fill(20, 1, '"hidden/part$n"')} && chmod 000 hidden`),
  ],
  [
    'disk-deep',
    'fill the disk in a folder far down',
    writes(fill(20, 1, '$n', 'for (1 .. 400) { mkdir "d" x 24 or exit 1; chdir "d" x 24 or exit 1 }')),
  ],
  [
    'disk-odd-names',
    'fill the disk with files of odd names',
    writes(fill(20, 1, '"-rf\\n \\t\\x1b[2J\\xff" . "n" x 200 . $n')),
  ],
  [
    'disk-expansion',
    'fill the disk with what a small file unpacks to',
    writes(`${zeros(10)} | gzip -1 > small.gz; for n in 1 2; do gzip -dc small.gz > part$n || exit 1; done`),
  ],
  [
    'disk-allocated',
    'have room on the disk set aside',
    writes('for n in 1 2; do fallocate -l 10M part$n || exit 1; done'),
  ],
]

/** Three times what may be printed. What is more than that is only carried, which takes a translated guest seconds. */
const output: readonly Bomb[] = [
  ['output', 'print too much', 'head -c 3M /dev/zero; echo survived'],
  ['output-errors', 'print too much as errors', 'head -c 3M /dev/zero >&2; echo survived'],
  [
    'output-of-daemon',
    'print too much from a process left behind',
    // Until all of it is out: a machine that is busy prints none of it in a given time.
    'rm -f printed; (setsid sh -c "head -c 3M /dev/zero; : > printed" &) ; until [ -e printed ]; do sleep 0.2; done; echo survived',
  ],
  ['output-lines', 'print too many short lines', 'yes | head -c 3M; echo survived'],
]

const time: readonly Bomb[] = [
  ['time-asleep', 'take too much time asleep', 'sleep 3; echo survived'],
  [
    'time-deaf',
    'take too much time and hear no signal',
    'trap "" HUP INT TERM QUIT ALRM XCPU; for n in 1 2 3; do sleep 1; done; echo survived',
  ],
  // Again and again, because on a busy machine the first may come before the stop.
  ['time-stopped', 'stop itself', '(sleep 3; while kill -CONT $$; do sleep 1; done) & kill -STOP $$; echo survived'],
  [
    'time-storm',
    'take too much time starting programs',
    'end=$(($(date +%s) + 3)); while [ "$(date +%s)" -lt $end ]; do /bin/true; done; echo survived',
  ],
]

/** What needs more than it may have. */
export const bombs: readonly BombCase[] = [
  ...[...memory, ...disk].map(bomb('size')),
  ...[...processes, ...output].map(bomb('count')),
  ...time.map(bomb('time')),
]
