import type { AttemptCase } from '../suite/attempt-case.ts'

type Call = readonly [name: string, attack: string, inside: string]

const as =
  (control: AttemptCase['control']) =>
  ([name, attack, inside]: Call): AttemptCase => ({ name, attack, inside, control, group: 'escape', judge: 'answer' })

/** Open to any user of a plain kernel. */
const forUsers: readonly Call[] = [
  ['keyring', "reach the session's keyring", `call('keyctl', 0, -3, 1)`],
  [
    'add-key',
    'put a key into a keyring',
    `my ($t, $n, $v) = ('user', 'hostile', 'x'); call('add_key', $t, $n, $v, 1, -1)`,
  ],
  [
    'request-key',
    'ask the kernel for a key, which starts a program on the host',
    `my ($t, $n) = ('user', 'hostile-none'); my @r = call('request_key', $t, $n, 0, 0); $!{EPERM} || $!{ENOSYS} ? @r : (1, "heard: $!")`,
  ],
  [
    'ptrace-attach',
    'trace another process',
    `my $v = victim(); my @r = call('ptrace', 16, $v, 0, 0); kill 'KILL', $v; @r`,
  ],
  [
    'ptrace-seize',
    'seize another process',
    `my $v = victim(); my @r = call('ptrace', 0x4206, $v, 0, 0); kill 'KILL', $v; @r`,
  ],
  [
    'read-memory',
    "read another process's memory by system call",
    `my $v = victim(); my ($here, $text) = ("\\0" x 8, 'canary..'); my $at = unpack 'Q', pack 'P', $text; my ($l, $r) = (pack('PQ', $here, 8), pack('QQ', $at, 8)); my @r = call('process_vm_readv', $v, $l, 1, $r, 1, 0); kill 'KILL', $v; @r`,
  ],
  [
    'write-memory',
    "write another process's memory by system call",
    `my $v = victim(); my ($here, $text) = ("\\0" x 8, 'canary..'); my $at = unpack 'Q', pack 'P', $text; my ($l, $r) = (pack('PQ', $here, 8), pack('QQ', $at, 8)); my @r = call('process_vm_writev', $v, $l, 1, $r, 1, 0); kill 'KILL', $v; @r`,
  ],
  ['compare-processes', 'compare the kernel objects of processes (kcmp)', `call('kcmp', $$, $$, 1, 0, 0)`],
  [
    'take-descriptor',
    'take an open file out of another process',
    `my $v = victim(); my ($ok, $fd) = (syscall(number('pidfd_open') + 0, $v, 0), 0); my @r = $ok < 0 ? (0, "$!") : call('pidfd_getfd', $ok, 1, 0); kill 'KILL', $v; @r`,
  ],
  ['user-namespace', 'make a user namespace with unshare', `call('unshare', $CLONE_NEWUSER)`],
  [
    'user-namespace-clone',
    'make a user namespace with clone',
    `my @r = call('clone', $CLONE_NEWUSER | $SIGCHLD, 0, 0, 0, 0); POSIX::_exit(0) if $r[1] eq 'result 0'; @r`,
  ],
  [
    'user-namespace-clone3',
    'make a user namespace with clone3',
    `my $a = pack('Q11', $CLONE_NEWUSER, 0, 0, 0, $SIGCHLD, 0, 0, 0, 0, 0, 0); my @r = call('clone3', $a, 88); POSIX::_exit(0) if $r[1] eq 'result 0'; @r`,
  ],
  [
    'all-namespaces',
    'make every kind of namespace in a user namespace',
    `call('unshare', $CLONE_NEWUSER | 0x6c020000)`,
  ],
  [
    'file-handle',
    'name a file by its handle',
    `my ($h, $m, $p) = (pack('Ii', 128, 0) . "\\0" x 128, "\\0" x 8, '/'); call('name_to_handle_at', $AT_FDCWD, $p, $h, $m, 0)`,
  ],
  ['personality', 'switch off the randomness of addresses', `call('personality', 0x0040000)`],
  ['personality-read-implies-exec', 'make all readable memory executable', `call('personality', 0x0400000)`],
  ['open-mount-tree', 'take hold of a mount (open_tree)', `my $p = '/'; call('open_tree', $AT_FDCWD, $p, 0)`],
  ['configure-mount', 'configure a file system (fsconfig)', `heard('fsconfig', -1, 6, 0, 0, 0)`],
  ['quota', 'change disk quotas', `my $d = '/nonexistent'; heard('quotactl', 0x80000200, $d, 0, 0)`],
  [
    'allow-all-filter',
    'put a filter of its own over the one of the sandbox that lets everything through',
    `my $code = pack('SCCL', 6, 0, 0, 0x7fff0000); my $program = pack('Sx6P', 1, $code);
     syscall(number('prctl') + 0, 38, 1, 0, 0, 0); syscall(number('prctl') + 0, 22, 2, $program, 0, 0);
     call('keyctl', 0, -3, 1)`,
  ],
]

/** Open to any user, but not every kernel has them. */
const forUsersSomewhere: readonly Call[] = [
  ['io-uring', 'set up io_uring', `my $p = "\\0" x 120; call('io_uring_setup', 4, $p)`],
  ['userfaultfd', 'handle page faults of its own', `call('userfaultfd', 1)`],
  ['local-descriptor-table', 'change the local descriptor table', `my $b = "\\0" x 64; call('modify_ldt', 0, $b, 64)`],
  ['type-into-terminal', 'type into a terminal that others read (TIOCSTI)', terminal('0x5412', `my $typed = 'x'`)],
  [
    'type-into-terminal-masked',
    'the same with a bit above the 32 that the kernel looks at',
    terminal('0x5412 | 1 << 32', `my $typed = 'x'`),
  ],
  ['line-discipline', 'load a line discipline (TIOCSETD)', terminal('0x5423', `my $typed = pack 'i', 0`)],
]

/** Only for root of the host: a sandbox that is open to these has given its privileges away. */
const forRoot: readonly Call[] = [
  [
    'mount-tmpfs',
    'mount a file system',
    `my ($s, $t, $f) = ('none', '/tmp', 'tmpfs'); call('mount', $s, $t, $f, 0, 0)`,
  ],
  ['mount-proc', 'mount another /proc', `my ($s, $t, $f) = ('none', '/proc', 'proc'); call('mount', $s, $t, $f, 0, 0)`],
  [
    'mount-bind',
    'bind a folder over another',
    `my ($s, $t, $f) = ('/', '/tmp', ''); call('mount', $s, $t, $f, 0x1000, 0)`,
  ],
  [
    'mount-remount',
    'make the root file system writable',
    `my ($s, $t, $f) = ('none', '/tmp', 'tmpfs'); call('mount', $s, $t, $f, 0, 0); call('mount', $s, $t, $f, 0x20, 0)`,
  ],
  [
    'mount-cgroup',
    'mount the cgroups, for a release agent',
    `my ($s, $t, $f, $o) = ('none', '/tmp', 'cgroup2', ''); heard('mount', $s, $t, $f, 0, $o)`,
  ],
  [
    'mount-overlay',
    'mount an overlay',
    `my ($s, $t, $f, $o) = ('none', '/tmp', 'overlay', 'lowerdir=/usr:/etc'); heard('mount', $s, $t, $f, 0, $o)`,
  ],
  [
    'mount-propagation',
    'make mounts seen by the host',
    `my ($s, $t, $f) = ('none', '/', ''); call('mount', $s, $t, $f, 0x44000, 0)`,
  ],
  ['unmount', 'unmount what hides something', `my $t = '/proc'; heard('umount2', $t, 4)`],
  ['new-mount-api', 'open a file system (fsopen)', `my $t = 'tmpfs'; call('fsopen', $t, 0)`],
  ['new-mount', 'make a mount (fsmount)', `heard('fsmount', -1, 0, 0)`],
  ['pick-mount', 'reconfigure a mount (fspick)', `my $p = '/proc'; call('fspick', $AT_FDCWD, $p, 0)`],
  ['move-mount', 'move a mount (move_mount)', `my $e = ''; heard('move_mount', -1, $e, -1, $e, 0)`],
  ['clone-mount-tree', 'copy a mount (open_tree)', `my $p = '/'; call('open_tree', $AT_FDCWD, $p, 1)`],
  [
    'mount-attributes',
    'change what a mount allows (mount_setattr)',
    `my ($p, $a) = ('/', "\\0" x 32); call('mount_setattr', $AT_FDCWD, $p, 0, $a, 32)`,
  ],
  ['pivot-root', 'put another root in place', `my $p = '/tmp'; heard('pivot_root', $p, $p)`],
  ['chroot', 'change the root folder', `my $p = '/'; call('chroot', $p)`],
  ['mount-namespace', 'make a mount namespace', `call('unshare', $CLONE_NEWNS)`],
  ['network-namespace', 'make a network namespace', `call('unshare', 0x40000000)`],
  ['process-namespace', 'make a process namespace', `call('unshare', 0x20000000)`],
  ['ipc-namespace', 'make an IPC namespace', `call('unshare', 0x08000000)`],
  ['uts-namespace', 'make a namespace for host names', `call('unshare', 0x04000000)`],
  ['cgroup-namespace', 'make a cgroup namespace', `call('unshare', 0x02000000)`],
  ['time-namespace', 'make a time namespace', `call('unshare', 0x00000080)`],
  [
    'join-namespace',
    'join a namespace',
    `open(my $n, '<', '/proc/self/ns/uts') or return (0, "$!"); call('setns', fileno $n, 0)`,
  ],
  [
    'open-by-handle',
    'open a file by its handle, past all folders',
    `open(my $d, '<', '/') or return (0, "$!"); my $h = pack('Iiqq', 8, 1, 2, 0); heard('open_by_handle_at', fileno $d, $h, 0)`,
  ],
  ['reboot', 'restart the machine', `heard('reboot', 1, 2, 3, 0)`],
  ['swap-on', 'add swap', `my $p = '/nonexistent'; heard('swapon', $p, 0)`],
  ['swap-off', 'take swap away', `my $p = '/nonexistent'; heard('swapoff', $p)`],
  ['host-name', 'change the host name', `my $n = 'hostile'; call('sethostname', $n, 7)`],
  ['domain-name', 'change the domain name', `my $n = 'hostile'; call('setdomainname', $n, 7)`],
  ['clock', 'set the clock', `my $zone = pack('ii', 9999, 0); heard('settimeofday', 0, $zone)`],
  ['clock-drift', 'let the clock drift', `my $t = pack('Ix4', 0x4000) . "\\0" x 200; heard('adjtimex', $t)`],
  ['process-accounting', "write down everybody's processes", `my $p = '/nonexistent'; heard('acct', $p)`],
  ['kernel-log', "read the kernel's log", `my $b = "\\0" x 64; call('syslog', 3, $b, 64)`],
  ['kernel-log-clear', "silence the kernel's log", `heard('syslog', 8, 0, 99)`],
  ['hang-up', 'hang up a terminal', `POSIX::setsid(); call('vhangup')`],
  ['ebpf', 'load eBPF', `my $a = pack('L4', 2, 4, 4, 1) . "\\0" x 112; call('bpf', 0, $a, 128)`],
  ['fanotify', 'watch and answer every access to files', `call('fanotify_init', 4, 0)`],
  ['real-time', 'run before everybody else', `my $p = pack('i', 50); call('sched_setscheduler', 0, 1, $p)`],
  [
    'deadline',
    'reserve the processor',
    `my $a = pack('LLQlLQQQ', 48, 6, 0, 0, 0, 5_000_000, 10_000_000, 10_000_000); call('sched_setattr', 0, $a, 0)`,
  ],
  ['disk-priority', 'have its disk accesses served first', `call('ioprio_set', 1, 0, 1 << 13)`],
  ['nice', 'raise its priority', `POSIX::nice(-5) ? (1, 'raised') : (0, "$!")`],
  ['core-dumps', 'switch core dumps on again', `my $l = pack('qq', -1, -1); call('prlimit64', 0, 4, $l, 0)`],
  ['file-size-limit', 'raise the limit of file sizes', `my $l = pack('qq', -1, -1); call('prlimit64', 0, 1, $l, 0)`],
  ['become-root', 'become root', `call('setresuid', 0, 0, 0)`],
  ['join-groups', 'join a group', `my $g = pack('I', 0); call('setgroups', 1, $g)`],
  [
    'gain-capabilities',
    'give itself capabilities',
    `my ($h, $d) = (pack('Ii', 0x20080522, 0), pack('I6', 1 << 21, 1 << 21, 0, 0, 0, 0)); call('capset', $h, $d)`,
  ],
]

const forRootSomewhere: readonly Call[] = [
  ['priority-limit', 'raise the limit of priorities', `my $l = pack('QQ', 40, 40); call('prlimit64', 0, 13, $l, 0)`],
  ['unload-module', 'unload a kernel module', `my $n = 'hostile_none'; heard('delete_module', $n, 0x800)`],
  ['load-module-file', 'load a kernel module from a file', `my $o = ''; heard('finit_module', -1, $o, 0)`],
  ['load-module', 'load a kernel module', `my $o = ''; heard('init_module', 0, 0, $o)`],
  [
    'perf-events',
    'open a performance counter',
    `my $a = pack('LL', 1, 112) . "\\0" x 104; call('perf_event_open', $a, 0, -1, -1, 0)`,
  ],
  ['io-ports', "reach the machine's ports", `call('ioperm', 0x80, 1, 1)`],
  ['all-io-ports', "reach all of the machine's ports", `call('iopl', 3)`],
  ['other-kernel', 'start another kernel', `heard('kexec_load', 0, 0, 0, 0xffff)`],
]

function terminal(request: string, typed: string): string {
  return `POSIX::setsid();
    $SIG{HUP} = 'IGNORE';
    sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or return (0, "ptmx: $!");
    my ($unlock, $number) = (pack('i', 0), pack('I', 0)); ${typed};
    ioctl($master, 0x40045431, $unlock) && ioctl($master, 0x80045430, $number) or return (0, "pty: $!");
    sysopen(my $terminal, '/dev/pts/' . unpack('I', $number), O_RDWR) or return (0, "pts: $!");
    call('ioctl', fileno($terminal), ${request}, $typed)`
}

const somewhere = (one: AttemptCase): AttemptCase => ({ ...one, notEverywhere: true })

/** Parts of the kernel that a sandbox has no need of. */
export const kernelCalls: readonly AttemptCase[] = [
  ...forUsers.map(as('user')),
  ...forUsersSomewhere.map(as('user')).map(somewhere),
  ...forRoot.map(as('root')),
  ...forRootSomewhere.map(as('root')).map(somewhere),
]
