import type { AttemptCase } from '../suite/attempt-case.ts'

type Try = readonly [name: string, attack: string, inside: string]

const secret = ([name, attack, inside]: Try): AttemptCase => ({
  ...{ name, attack, inside, group: 'secret', judge: 'canary', control: 'worker' },
})

const readKey = `my ($t, $n, $v) = ('user', 'hostile-canary', "\\0" x 128);
  my $key = syscall(number('keyctl') + 0, 10, -3, $t, $n, 0);
  $key = syscall(number('request_key') + 0, $t, $n, 0, 0) if $key < 0;
  my $length = $key < 0 ? -1 : syscall(number('keyctl') + 0, 11, $key, $v, 128);
  return $length < 0 ? (0, "$!") : canaries(substr $v, 0, $length)`

/** Secrets of the worker itself: each has a canary of its own, which the worker was started with. */
export const workerSecrets: readonly AttemptCase[] = [
  {
    ...{ name: 'key-names', attack: "see the names of the worker's keys", group: 'secret' },
    ...{ judge: 'answer', control: 'worker' },
    inside: `(index(slurp('/proc/keys'), 'hostile-canary') >= 0, 'the list of keys')`,
  },
  secret([
    'own-environment',
    "find the worker's secrets in its own variables",
    `canaries(map { "$_=$ENV{$_}" } keys %ENV)`,
  ]),
  secret(['any-environment', "find them in any process's variables", `reads(glob '/proc/[0-9]*/environ')`]),
  secret(['any-arguments', "find them in any process's arguments", `reads(glob '/proc/[0-9]*/cmdline')`]),
  secret(['session-keyring', "find them in the session's keyring", readKey]),
  secret([
    'inherited-files',
    'find them in a file that the worker has left open',
    `canaries(map { my $f; open($f, '<&=', $_) ? do { seek $f, 0, 0; local $/; <$f> } : '' } 3 .. 63)`,
  ]),
  secret([
    'open-files-of-processes',
    "find them in any process's open files",
    `reads(grep { -f } glob '/proc/[0-9]*/fd/*')`,
  ]),
  secret([
    'worker-home',
    "find them in the worker's home",
    `reads("$given{worker_home}/.npmrc", "$given{worker_home}/.netrc")`,
  ]),
  secret([
    'usual-homes',
    "find them in anybody's home",
    `reads("$given{worker_home}/.npmrc", glob '/root/.* /home/*/.npmrc /home/*/.netrc /var/lib/*/.npmrc')`,
  ]),
  secret(['worker-memory', "find them in a process's memory", `canaries(map { memory_of($_) } glob '/proc/[0-9]*')`]),
  secret([
    'engine-state',
    'find them in what the engine writes down',
    `reads(glob "$given{run_dir}/* $given{run_dir}/*/* $given{run_dir}/*/*/*")`,
  ]),
]
