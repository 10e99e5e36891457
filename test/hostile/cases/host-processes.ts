import type { AttemptCase } from '../suite/attempt-case.ts'

type Try = readonly [name: string, attack: string, inside: string]

const on =
  (judge: AttemptCase['judge']) =>
  ([name, attack, inside]: Try): AttemptCase => ({ name, attack, inside, judge, group: 'escape', control: 'user' })

/** The victim is a process of the host that belongs to the very user whom the sandbox runs as. */
const arriving: readonly Try[] = [
  [
    'signal-host-process',
    'send a signal to a process of the host',
    `kill('USR1', $given{victim}) ? (1, 'sent') : (0, "$!")`,
  ],
  [
    'signal-host-group',
    'send a signal to a process group of the host',
    `kill('USR2', -$given{victim}) ? (1, 'sent') : (0, "$!")`,
  ],
  [
    'signal-host-handle',
    'send a signal to a process of the host by its handle',
    `my $p = syscall(number('pidfd_open') + 0, $given{victim} + 0, 0); $p < 0 ? (0, "$!") : call('pidfd_send_signal', $p, 1, 0, 0)`,
  ],
  [
    'slow-host-process',
    'take priority from a process of the host',
    `setpriority(0, $given{victim}, 7) ? (1, 'done') : (0, "$!")`,
  ],
]

const answered: readonly Try[] = [
  ['see-host-process', 'see a process of the host', `-e "/proc/$given{victim}" ? (1, 'there') : (0, "$!")`],
  ['handle-of-host-process', 'take a handle of a process of the host', `call('pidfd_open', $given{victim} + 0, 0)`],
  ['trace-host-process', 'trace a process of the host', `call('ptrace', 0x4206, $given{victim} + 0, 0, 0)`],
  [
    'limit-host-process',
    'change the limits of a process of the host',
    `my $l = pack('QQ', 512, 512); call('prlimit64', $given{victim} + 0, 7, $l, 0)`,
  ],
  ['memory-of-host-process', "open a host process's memory", `opens("/proc/$given{victim}/mem", O_RDWR)`],
  [
    'doom-host-process',
    'have a host process killed first when memory ends',
    `opens("/proc/$given{victim}/oom_score_adj", O_WRONLY)`,
  ],
]

/** What of the host's processes can be seen or touched. */
export const hostProcesses: readonly AttemptCase[] = [
  ...arriving.map(on('arrived')),
  ...answered.map(on('answer')),
  on('canary')([
    'environment-of-host-process',
    "read a host process's variables",
    `reads("/proc/$given{victim}/environ")`,
  ]),
  on('canary')([
    'arguments-of-host-process',
    "read a host process's arguments",
    `reads("/proc/$given{victim}/cmdline")`,
  ]),
  on('canary')([
    'folder-of-host-process',
    "read a file in a host process's folder",
    `reads("/proc/$given{victim}/cwd/notes.txt")`,
  ]),
]
