import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { type Canary, planted } from './canary.ts'
import type { FileOwner } from './host-files.ts'

/** A process of the host that belongs to the sandbox's user, and tells what is done to it. */
export interface HostVictim extends AsyncDisposable {
  readonly places: Readonly<Record<string, string>>
  /** The names of attempts that it felt since the last time of asking. */
  felt(): Promise<ReadonlySet<string>>
}

const program = `$| = 1; for my $s (qw(HUP USR1 USR2)) { $SIG{$s} = sub { print "$s\\n" } } print "READY\\n"; sleep 1 while 1`
const attemptOf: Readonly<Record<string, string>> = {
  HUP: 'signal-host-handle',
  USR1: 'signal-host-process',
  USR2: 'signal-host-group',
}

export async function startHostVictim(folder: string, owner: FileOwner | null, canary: Canary): Promise<HostVictim> {
  const cwd = join(folder, 'victim')
  await mkdir(cwd, { mode: 0o755 })
  await writeFile(join(cwd, 'notes.txt'), planted(canary, 'folder'), { mode: 0o644 })
  const child = spawnProcess(['/usr/bin/perl', '-e', program, planted(canary, 'argument')], {
    ...{ cwd, env: { HOSTILE_CANARY: planted(canary, 'variable') }, stdio: ['ignore', 'pipe', 'inherit'] },
    ...(owner ?? {}),
  })
  const { stdout, pid } = child
  if (stdout === null || pid === undefined) throw new Error('the victim did not start')
  let names = new Set<string>()
  const lines = createInterface({ input: stdout })
  const exited = once(child, 'exit')
  await once(lines, 'line')
  lines.on('line', (line) => names.add(attemptOf[line] ?? line))
  let nice = await niceOf(pid)

  return {
    places: { victim: String(pid) },
    felt: async () => {
      const now = await niceOf(pid)
      const felt = now === nice ? names : names.add('slow-host-process')
      nice = now
      names = new Set()
      return felt
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The 19th field; the second is a name in brackets. */
async function niceOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]
}
