import { readdir, readFile, stat } from 'node:fs/promises'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { type CommandRun, runIn, shell } from '../../sandbox/battery/sandbox-bench.ts'
import { destroyed, type EndingCase } from '../cases/endings.ts'
import type { Finding } from '../hostile-case.ts'
import type { FileOwner } from './host-files.ts'

/**
 * Prints `alive` if the file grows, or if there is a process with the mark; first waits until there is the file, if it is
 * told to. One program, because each costs a translated guest more than what it does.
 */
const look = `perl -e '
  sub size { (-s "beat") // 0 }
  if (@ARGV) { select undef, undef, undef, 0.02 until size() }
  my $before = size(); select undef, undef, undef, 0.4;
  my $alive = size() != $before;
  local $/;
  opendir my $all, "/proc" or die "proc: $!";
  for (grep /^[0-9]+$/, readdir $all) {
    open my $file, "<", "/proc/$_/cmdline" or next;
    $alive ||= (<$file> // "") =~ /hostile-[l]eft/;
  }
  print $alive ? "alive\\n" : "gone\\n"'`
const onceBeating = `${look} wait`

/** Each command shows, before it ends, that what it left is alive; the next command looks again. */
export async function* runEndings(sandbox: Sandbox, cases: readonly EndingCase[]): AsyncGenerator<Finding> {
  for (const one of cases) {
    const run = one.ends === 'cancelled' ? await cancel(sandbox, one) : await runOut(sandbox, one)
    const next = await runIn(sandbox, shell(look))
    yield {
      name: one.name,
      through: !next.out.includes('gone'),
      control: run.out.includes('alive'),
      detail: `${run.ended}: ${tell(run)}; then: ${tell(next)}`,
    }
  }
}

const tell = ({ out, err }: CommandRun) => `${out} ${err}`.trim().slice(0, 200)

function runOut(sandbox: Sandbox, { line }: EndingCase): Promise<CommandRun> {
  return runIn(sandbox, shell(`rm -f beat; ${line}\n${onceBeating}\n[ -z "$KILLED" ] || kill -KILL $$`))
}

async function cancel(sandbox: Sandbox, { line }: EndingCase): Promise<CommandRun> {
  const controller = new AbortController()
  let out = ''
  const run = await runIn(sandbox, shell(`rm -f beat; ${line}\n${onceBeating}\nsleep 100`), {
    signal: controller.signal,
    onOutput: (chunk) => {
      out += chunk.toString('latin1')
      if (out.includes('alive')) controller.abort()
    },
  })
  return { ...run, out }
}

/** Destroys a sandbox in the middle of a command that would outlive it. */
export async function runDestroyed(doomed: Doomed, line: string): Promise<Finding> {
  const { sandbox } = doomed
  const started = Promise.withResolvers<void>()
  const running = runIn(sandbox, shell(`${line}\n${onceBeating}\nsleep 100`), {
    onOutput: (chunk) => {
      if (chunk.includes('alive')) started.resolve()
    },
  })
  await Promise.race([started.promise, running])
  const before = await processesOf(doomed)
  const proof = await sandbox.destroy()
  const { ended } = await running
  const after = await processesOf(doomed)
  const left = proof.processes + proof.mounts + proof.groups
  return {
    name: destroyed.name,
    through: left > 0 || after > 0 || ended !== 'cancelled',
    control: before > 0,
    detail: `${ended}; ${before} processes on the host before, ${after} after; ${JSON.stringify(proof)}`,
  }
}

interface Doomed {
  readonly sandbox: Sandbox
  /** In the sandbox's name, and so in what engines call its processes and groups. */
  readonly jobId: string
  /** Nobody else's; null where jobs have no user of their own. */
  readonly owner: FileOwner | null
}

/** How many living processes of the host belong to this job: by their user, their arguments or their control group. */
async function processesOf(doomed: Doomed): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const living = await Promise.all(pids.map(async (pid) => (await isAlive(pid)) && (await isOf(pid, doomed))))
  return living.filter((own) => own).length
}

async function isOf(pid: string, { jobId, owner }: Doomed): Promise<boolean> {
  const stats = await stat(`/proc/${pid}`).catch(() => null)
  if (owner !== null && stats?.uid === owner.uid) return true
  const texts = await Promise.all(['cmdline', 'cgroup'].map((name) => readText(`/proc/${pid}/${name}`)))
  return texts.some((text) => text.includes(jobId))
}

/** Not one that only waits to be buried by the host's first process. */
async function isAlive(pid: string): Promise<boolean> {
  return /^State:\s+[^ZX]/m.test(await readText(`/proc/${pid}/status`))
}

const readText = (path: string) => readFile(path, 'latin1').catch(() => '')
