import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { asOrdinaryUser } from '../../sandbox/battery/as-ordinary-user.ts'
import type { EngineName } from '../engines.ts'
import type { Finding } from '../hostile-case.ts'
import { callArguments } from '../inside/call-numbers.ts'
import type { PartName } from '../parts.ts'
import { newCanary, planted } from './canary.ts'

const lineSchema = z.union([
  z.strictObject({ unavailable: z.string() }),
  z.strictObject({
    name: z.string(),
    through: z.boolean(),
    control: z.boolean(),
    detail: z.string(),
  }),
])

export interface SuiteResult {
  readonly findings: ReadonlyMap<string, Finding>
  /** Why the engine cannot be had here, and how it can; null: it is here. */
  readonly unavailable: string | null
  /** False: some controls need more rights than the suite has. */
  readonly asRoot: boolean
  readonly durationMs: number
  /** The last that the suite said of itself. */
  readonly errors: string
}

/** Starts a session keyring of its own, puts a key into it, leaves a file open, and becomes the command. */
const withCanaries = `
  my %number = map { split /=/ } splice @ARGV, 0, 2;
  my ($value, $file) = splice @ARGV, 0, 2;
  my ($type, $name) = ('user', 'hostile-canary');
  syscall($number{keyctl} + 0, 1, 0) >= 0 or die "join: $!";
  my $key = syscall($number{add_key} + 0, $type, $name, $value, length $value, -3);
  $key >= 0 && syscall($number{keyctl} + 0, 5, $key, 0x3f3f3f3f) >= 0 or die "add: $!";
  open my $left, '+>', "/tmp/$file" or die "open: $!";
  syswrite $left, $file; unlink "/tmp/$file";
  use POSIX (); POSIX::dup2(fileno $left, 19);
  exec @ARGV;
`

/** Runs the suite, or one part of it, on one engine in a process of its own. */
export async function startSuite(
  engine: EngineName,
  env: Readonly<Record<string, string>>,
  part: PartName | 'all' = 'all',
): Promise<SuiteResult> {
  const startedAt = Date.now()
  const canary = newCanary()
  const calls = callArguments().filter((word) => /^(keyctl|add_key)=/.test(word))
  const planting = ['/usr/bin/perl', '-e', withCanaries, ...calls, planted(canary, 'key'), planted(canary, 'open')]
  const child = spawnProcess(
    [...planting, ...(await suite(engine)), engine, canary, part, planted(canary, 'argument')],
    {
      cwd: '/',
      env: { ...env, HOSTILE_CANARY: planted(canary, 'variable') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const [output, errors] = await Promise.all([told(child.stdout), told(child.stderr), once(child, 'exit')])
  const lines = output.split('\n').flatMap((line) => (line === '' ? [] : [lineSchema.parse(JSON.parse(line))]))
  return {
    findings: new Map(lines.flatMap((line) => ('name' in line ? [[line.name, line] as const] : []))),
    unavailable: lines.find((line) => 'unavailable' in line)?.unavailable ?? null,
    asRoot: process.getuid?.() === 0 && engine !== 'process-ordinary-user',
    durationMs: Date.now() - startedAt,
    errors: errors.slice(-2000),
  }
}

const told = (stream: Readable | null) => (stream === null ? '' : text(stream))

async function suite(engine: EngineName): Promise<readonly string[]> {
  return engine === 'process-ordinary-user'
    ? asOrdinaryUser('test/hostile/suite/run-suite.ts')
    : [process.execPath, fileURLToPath(new URL('run-suite.ts', import.meta.url))]
}
