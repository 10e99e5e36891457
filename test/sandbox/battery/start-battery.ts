import { once } from 'node:events'
import { readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { type Machine, systemCallNumber } from '../../../worker/sandbox/seccomp/system-calls.ts'

export const users =
  process.getuid?.() === 0 ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const)
export type BatteryUser = (typeof users)[number]

const verdictSchema = z.object({ name: z.string(), seen: z.unknown(), expected: z.unknown(), ms: z.number() })
export type Verdict = z.infer<typeof verdictSchema>

const project = fileURLToPath(new URL('../../..', import.meta.url))
const nobody = '65534'
/** Where an ordinary user finds the project and Node, whatever folder of root's they are in. */
const [projectSeen, nodeSeen] = ['/mnt/airlock', '/mnt/node']

const showElsewhere = `
  mount -t tmpfs none /mnt && mkdir "$2" "$4" && mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@"
`

/** Starts a session keyring of its own, puts a key into it, and becomes the command. */
const withKey = `
  my ($number, $add) = splice @ARGV, 0, 2;
  my ($type, $name, $value) = ('user', 'airlock-canary', 'canary-in-the-keyring');
  syscall($number + 0, 1, 0) >= 0 or die "join: $!";
  syscall($add + 0, $type, $name, $value, length $value, -3) >= 0 or die "add: $!";
  exec @ARGV;
`

/** Runs the battery in a process of its own as this user, and returns what it saw, by name. */
export async function startBattery(user: BatteryUser): Promise<ReadonlyMap<string, Verdict>> {
  const machine: Machine = process.arch === 'arm64' ? 'arm64' : 'x64'
  const calls = (['keyctl', 'add_key'] as const).map((call) => String(systemCallNumber(call, machine)))
  const child = spawnProcess(
    [...(await asUser(user)), '/usr/bin/perl', '-e', withKey, ...calls, ...(await battery(user))],
    {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', AIRLOCK_CANARY: 'canary-in-the-environment' },
      // Number 19 is what a careless supervisor leaves open for its children.
      stdio: ['ignore', 'pipe', 'inherit', ...Array.from({ length: 16 }, () => 'ignore' as const), 'pipe'],
    },
  )
  const [output] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')])
  const verdicts = output.split('\n').flatMap((line) => (line === '' ? [] : verdictSchema.parse(JSON.parse(line))))
  return new Map(verdicts.map((verdict) => [verdict.name, verdict]))
}

async function asUser(user: BatteryUser): Promise<string[]> {
  if (user === 'root' || process.getuid?.() !== 0) return []
  const node = dirname(await readlink('/proc/self/exe'))
  const places = [project, projectSeen, dirname(node), nodeSeen]
  const becomeNobody = ['setpriv', '--reuid', nobody, '--regid', nobody, '--clear-groups', '--']
  return ['unshare', '--mount', 'sh', '-c', showElsewhere, 'sh', ...places, ...becomeNobody]
}

async function battery(user: BatteryUser): Promise<string[]> {
  const script = 'test/sandbox/battery/run-battery.ts'
  const moved = user !== 'root' && process.getuid?.() === 0
  return moved ? [join(nodeSeen, 'bin/node'), join(projectSeen, script)] : [process.execPath, join(project, script)]
}
