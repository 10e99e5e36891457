import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { type Machine, systemCallNumber } from '../../../worker/sandbox/seccomp/system-calls.ts'
import { asOrdinaryUser } from './as-ordinary-user.ts'

export const users =
  process.getuid?.() === 0 ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const)
export type BatteryUser = (typeof users)[number]

const verdictSchema = z.object({ name: z.string(), seen: z.unknown(), expected: z.unknown(), ms: z.number() })
export type Verdict = z.infer<typeof verdictSchema>

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
  const child = spawnProcess(['/usr/bin/perl', '-e', withKey, ...calls, ...(await battery(user))], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', AIRLOCK_CANARY: 'canary-in-the-environment' },
    // Number 19 is what a careless supervisor leaves open for its children.
    stdio: ['ignore', 'pipe', 'inherit', ...Array.from({ length: 16 }, () => 'ignore' as const), 'pipe'],
  })
  const [output] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')])
  const verdicts = output.split('\n').flatMap((line) => (line === '' ? [] : verdictSchema.parse(JSON.parse(line))))
  return new Map(verdicts.map((verdict) => [verdict.name, verdict]))
}

/** A user who is not root inherits nothing here but the keyring and the open file that were planted for it. */
async function battery(user: BatteryUser): Promise<string[]> {
  const script = 'test/sandbox/battery/run-battery.ts'
  return user === 'root'
    ? [process.execPath, fileURLToPath(new URL('run-battery.ts', import.meta.url))]
    : asOrdinaryUser(script)
}
