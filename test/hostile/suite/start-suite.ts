import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { asOrdinaryUser } from '../../sandbox/battery/as-ordinary-user.ts'
import type { EngineName } from '../engines.ts'
import type { Finding } from '../hostile-case.ts'
import { callArguments } from '../inside/call-numbers.ts'
import type { PartName } from '../parts.ts'
import { newCanary, planted } from './canary.ts'
import { describeStandStill } from './stand-still.ts'

const lineSchema = z.union([
  z.strictObject({ done: z.literal(true) }),
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

/** Longer than the slowest engine takes on a busy machine. */
const suiteTimeoutMs = 25 * 60_000
/** Node itself can stand still when it ends (nodejs/node#54918): what was found is known by then. */
const exitTimeoutMs = 60_000

/** Runs the suite, or one part of it, on one engine in a process of its own. One that stands still is killed. */
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
  const [told, failed] = [collect(child.stdout), collect(child.stderr)]
  const ended = Promise.all([told.ended, failed.ended, once(child, 'exit')])
  const leaving = told.done.then(() => sleep(exitTimeoutMs, 'leaving' as const, { ref: false }))
  const late = sleep(suiteTimeoutMs, 'late' as const, { ref: false })
  const stuck = await Promise.race([ended.then(() => null), leaving, late])
  if (stuck !== null) {
    const stands = `${failed.text()}\n${await describeStandStill(child.pid ?? 0)}`
    child.kill('SIGKILL')
    if (stuck === 'late') throw new Error(`stood still after ${told.text().trimEnd().split('\n').at(-1)}\n${stands}`)
    console.warn(`the suite on ${engine} told everything and did not end:\n${stands}`)
  }
  const lines = told
    .text()
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [lineSchema.parse(JSON.parse(line))]))
  return {
    findings: new Map(lines.flatMap((line) => ('name' in line ? [[line.name, line] as const] : []))),
    unavailable: lines.find((line) => 'unavailable' in line)?.unavailable ?? null,
    asRoot: process.getuid?.() === 0 && engine !== 'process-ordinary-user',
    durationMs: Date.now() - startedAt,
    errors: failed.text().slice(-2000),
  }
}

/** What has come so far can be asked for although the stream never ends; `done` resolves when all was told. */
function collect(stream: Readable | null) {
  const chunks: Buffer[] = []
  const done = Promise.withResolvers<void>()
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (chunk.includes('"done":')) done.resolve()
  })
  const text = () => Buffer.concat(chunks).toString('utf8')
  return { ended: stream === null ? null : finished(stream), done: done.promise, text }
}

async function suite(engine: EngineName): Promise<readonly string[]> {
  return engine === 'process-ordinary-user'
    ? asOrdinaryUser('test/hostile/suite/run-suite.ts')
    : [process.execPath, fileURLToPath(new URL('run-suite.ts', import.meta.url))]
}
