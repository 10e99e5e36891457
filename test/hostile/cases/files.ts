import type { AttemptCase } from '../suite/attempt-case.ts'

type Try = readonly [
  name: string,
  attack: string,
  inside: string,
  control?: AttemptCase['control'],
  notEverywhere?: boolean,
]

const reading = ([name, attack, inside, control = 'user', notEverywhere = false]: Try): AttemptCase => ({
  ...{ name, attack, inside, control, notEverywhere, group: 'escape', judge: 'canary', onlyLooks: true },
})
/** What they change is files, and nothing of the process. */
const writing = ([name, attack, inside, control = 'user']: Try): AttemptCase => ({
  ...{ name, attack, inside, control, group: 'escape', judge: 'arrived', onlyLooks: true },
})

const up = '../../../../../../../..'

const reads: readonly Try[] = [
  ['read-host-file', 'read a file of the host that anybody may read', `reads($given{open_file})`],
  ['read-by-parents', 'read it by way of parent folders', `reads("$given{workspace}/${up}$given{open_file}")`],
  ['read-by-root-link', 'read it through /proc/self/root', `reads("/proc/self/root/${up}$given{open_file}")`],
  ['read-by-folder-link', 'read it through /proc/self/cwd', `reads("/proc/self/cwd/${up}$given{open_file}")`],
  [
    'read-by-link',
    'read it through a symbolic link',
    `symlink $given{open_file}, "$given{workspace}/read-link"; reads("$given{workspace}/read-link")`,
  ],
  [
    'read-by-hard-link',
    'read it through a hard link',
    `link $given{open_file}, "$given{workspace}/read-hard"; reads("$given{workspace}/read-hard")`,
  ],
  [
    'read-by-first-process',
    "read it through the first process's root",
    `reads("/proc/1/root$given{open_file}")`,
    'worker',
    true,
  ],
  [
    'read-by-any-process',
    "read it through any process's root or folder",
    `reads(map { ("$_$given{open_file}", "$_/${up}$given{open_file}") } glob '/proc/[0-9]*/root /proc/[0-9]*/cwd')`,
    'worker',
  ],
  ['read-other-job', "read another job's workspace", `reads("$given{other_workspace}/notes.txt")`, 'worker'],
  [
    'find-other-job',
    "find another job's workspace beside its own",
    `reads(glob "$given{workspace}/../*/notes.txt $given{workspace}/../../*/workspace/notes.txt $given{workspace}/../../*/notes.txt")`,
    'worker',
  ],
]

const writes: readonly Try[] = [
  ['write-host-file', 'write into a folder of the host that anybody may write to', `leaves("$given{drop}/$name")`],
  ['write-by-parents', 'write there by way of parent folders', `leaves("$given{workspace}/${up}$given{drop}/$name")`],
  ['write-by-root-link', 'write there through /proc/self/root', `leaves("/proc/self/root/${up}$given{drop}/$name")`],
  [
    'write-by-link',
    'write there through a symbolic link',
    `symlink "$given{drop}/$name", "$given{workspace}/write-link"; leaves("$given{workspace}/write-link")`,
  ],
  [
    'write-by-linked-folder',
    'write there through a linked folder',
    `symlink $given{drop}, "$given{workspace}/write-folder"; leaves("$given{workspace}/write-folder/$name")`,
  ],
  [
    'write-by-any-process',
    "write there through any process's root",
    `my @r; for (glob '/proc/[0-9]*/root') { @r = leaves("$_$given{drop}/$name"); last if $r[0] } @r`,
  ],
  [
    'move-out',
    'move a file out of the workspace',
    `leaves("$given{workspace}/$name") && rename("$given{workspace}/$name", "$given{drop}/$name") ? (1, 'moved') : (0, "$!")`,
  ],
  [
    'link-out',
    'link a file out of the workspace',
    `leaves("$given{workspace}/$name") && link("$given{workspace}/$name", "$given{drop}/$name") ? (1, 'linked') : (0, "$!")`,
  ],
  ['folder-out', 'make a folder outside', `mkdir("$given{drop}/$name") ? (1, 'made') : (0, "$!")`],
  ['pipe-out', 'make a pipe outside', `POSIX::mkfifo("$given{drop}/$name", 0666) ? (1, 'made') : (0, "$!")`],
  [
    'socket-out',
    'make a socket outside',
    `my $s; socket($s, PF_UNIX, SOCK_STREAM, 0) && bind($s, pack_sockaddr_un("$given{drop}/$name")) ? (1, 'made') : (0, "$!")`,
  ],
  ['delete-host-file', 'delete a file of the host', `unlink("$given{victims}/$name") ? (1, 'deleted') : (0, "$!")`],
  ['empty-host-file', 'empty a file of the host', `truncate("$given{victims}/$name", 0) ? (1, 'emptied') : (0, "$!")`],
  [
    'append-host-file',
    'append to a file of the host',
    `open(my $f, '>>', "$given{victims}/$name") or return (0, "$!"); print $f 'x'; close $f; (1, 'appended')`,
  ],
  ['write-other-job', "write into another job's workspace", `leaves("$given{other_workspace}/$name")`, 'worker'],
  [
    'set-uid-file',
    "leave a set-uid file of root's in the workspace",
    `my $f = "$given{workspace}/$name"; my @r = leaves($f); $r[0] && chown(0, 0, $f) && chmod(04755, $f) ? (1, 'left') : (0, "$!")`,
    'root',
  ],
  [
    'device-file',
    'leave a device file in the workspace',
    `my $f = "$given{workspace}/$name"; call('mknodat', $AT_FDCWD, $f, 0020666, 1 << 8 | 1)`,
    'root',
  ],
  [
    'disk-device-file',
    'leave a device file of a disk in the workspace',
    `my $f = "$given{workspace}/$name"; call('mknodat', $AT_FDCWD, $f, 0060666, 254 << 8)`,
    'root',
  ],
]

const closedFolders = ['/usr/bin', '/usr/lib', '/etc', '/opt', '/run', '/home', '/dev', '/var/lib'] as const

/** What of the host's files can be read or changed. */
export const files: readonly AttemptCase[] = [
  ...reads.map(reading),
  ...writes.map(writing),
  ...closedFolders.map(
    (folder): AttemptCase => ({
      name: `write-system${folder.replaceAll('/', '-')}`,
      attack: `write into ${folder} of its own system, for the next command to run`,
      ...{ group: 'escape', judge: 'answer', control: 'root' },
      inside: `free('${folder}'); my $f = '${folder}/hostile'; my @r = leaves($f); unlink $f; @r`,
    }),
  ),
  {
    ...{
      name: 'device-in-memory',
      attack: "make a device file of the kernel's log in /tmp, and open it",
      group: 'escape',
    },
    ...{ judge: 'answer', control: 'root', notEverywhere: true },
    inside: `my @r; for my $f ('/tmp/hostile-node', '/dev/shm/hostile-node') { @r = call('mknodat', $AT_FDCWD, $f, 0020666, 1 << 8 | 11); @r = opens($f, O_RDONLY) if $r[0]; unlink $f; last if $r[0] } @r`,
  },
  {
    ...{
      name: 'file-capability',
      attack: 'give a file capabilities',
      group: 'escape',
      judge: 'answer',
      control: 'root',
    },
    inside: `my ($f, $n, $v) = ("$given{workspace}/capable", 'security.capability', pack('L5', 0x02000001, 1 << 21, 0, 0, 0)); leaves($f); call('setxattr', $f, $n, $v, 20, 0)`,
  },
  {
    ...{
      name: 'any-socket',
      attack: 'find a socket of the host or of a container engine in any folder',
      group: 'escape',
    },
    ...{ judge: 'answer', control: 'user' },
    inside: `my @found = grep { !m{^/run/airlock/} } sockets_below(qw(/run /var /home /opt /mnt /srv /workspace), $given{look_in}); (scalar @found, "@found")`,
  },
]
