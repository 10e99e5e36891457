import type { AttemptCase } from '../suite/attempt-case.ts'

type Fact = readonly [name: string, attack: string, inside: string]

const facts: readonly Fact[] = [
  [
    'fact-kernel',
    "learn the version of the host's kernel",
    `((POSIX::uname())[2] eq $given{kernel}, (POSIX::uname())[2])`,
  ],
  ['fact-host-name', "learn the host's name", `((POSIX::uname())[1] eq $given{host_name}, (POSIX::uname())[1])`],
  [
    'fact-boot',
    'recognise the host by the number of its start',
    `my $b = slurp('/proc/sys/kernel/random/boot_id'); (index($b, $given{boot_id}) == 0, $b)`,
  ],
  [
    'fact-memory',
    'learn how much memory the host has',
    `my ($m) = slurp('/proc/meminfo') =~ /^MemTotal: *(\\d+)/m; ($m eq $given{memory}, $m)`,
  ],
  [
    'fact-start',
    'learn when the host was started',
    `my ($b) = slurp('/proc/stat') =~ /^btime (\\d+)/m; (abs($b - $given{started}) < 3, $b)`,
  ],
  [
    'fact-command-line',
    "learn the kernel's command line",
    `my $c = slurp('/proc/cmdline'); chomp $c; ($c eq $given{kernel_line}, $c)`,
  ],
]

/** What can be learned about the host. No class promises all of it, see not-claimed.ts. */
export const hostFacts: readonly AttemptCase[] = [
  ...facts.map(
    ([name, attack, inside]): AttemptCase => ({
      ...{ name, attack, inside, group: 'escape', judge: 'answer', control: 'user', onlyLooks: true },
    }),
  ),
  {
    ...{ name: 'fact-paths', attack: "learn where the host keeps the job's files", group: 'escape' },
    ...{ judge: 'answer', control: 'root' },
    inside: `free($given{drop}); (index(slurp('/proc/self/mountinfo'), $given{folder_name}) >= 0, 'mountinfo')`,
  },
]
