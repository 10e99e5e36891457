import { readdir, readFile, stat } from 'node:fs/promises'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { type CommandRun, runIn, shell } from '../../sandbox/battery/sandbox-bench.ts'
import { destroyed, type EndingCase } from '../cases/endings.ts'
import type { Finding } from '../hostile-case.ts'
import type { FileOwner } from './host-files.ts'

/** Prints `alive` if the file grows, or if there is a process with the mark. */
const look = `
  size() { wc -c < beat 2> /dev/null || echo 0; }
  before=$(size); sleep 0.4
  if [ "$before" != "$(size)" ] || grep -aq 'hostile-[l]eft' /proc/[0-9]*/cmdline; then echo alive; else echo gone; fi`
const untilBeating = 'while [ ! -s beat ]; do sleep 0.02; done'

/** Each command shows, before it ends, that what it left is alive; the next command looks again. */
export async function runEndings(sandbox: Sandbox, cases: readonly EndingCase[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const one of cases) {
    const run = one.ends === 'cancelled' ? await cancel(sandbox, one) : await runOut(sandbox, one)
    const next = await runIn(sandbox, shell(look))
    findings.push({
      name: one.name,
      through: !next.out.includes('gone'),
      control: run.out.includes('alive'),
      detail: `${run.ended}; then: ${next.out.trim()}${next.err.slice(0, 200)}`,
    })
  }
  return findings
}

function runOut(sandbox: Sandbox, { line }: EndingCase): Promise<CommandRun> {
  return runIn(sandbox, shell(`rm -f beat; ${line}\n${untilBeating}; ${look}\n[ -z "$KILLED" ] || kill -KILL $$`))
}

async function cancel(sandbox: Sandbox, { line }: EndingCase): Promise<CommandRun> {
  const controller = new AbortController()
  let out = ''
  const run = await runIn(sandbox, shell(`rm -f beat; ${line}\n${untilBeating}; ${look}\nsleep 100`), {
    signal: controller.signal,
    onOutput: (chunk) => {
      out += chunk.toString('latin1')
      if (out.includes('alive')) controller.abort()
    },
  })
  return { ...run, out }
}

/** Destroys a sandbox in the middle of a command that would outlive it. */
export async function runDestroyed(sandbox: Sandbox, line: string, owner: FileOwner | null): Promise<Finding> {
  const started = Promise.withResolvers<void>()
  const running = runIn(sandbox, shell(`${line}\n${untilBeating}; ${look}\nsleep 100`), {
    onOutput: (chunk) => {
      if (chunk.includes('alive')) started.resolve()
    },
  })
  await Promise.race([started.promise, running])
  const before = await processesOf(owner)
  const proof = await sandbox.destroy()
  const { ended } = await running
  const after = await processesOf(owner)
  const left = proof.processes + proof.mounts + proof.groups
  return {
    name: destroyed.name,
    through: left > 0 || after > 0 || ended !== 'cancelled',
    control: before > 0 || owner === null,
    detail: `${ended}; ${before} processes on the host before, ${after} after; ${JSON.stringify(proof)}`,
  }
}

/** How many processes of the host belong to the job's user. Without one of its own there is only the engine's word. */
async function processesOf(owner: FileOwner | null): Promise<number> {
  if (owner === null) return 0
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const living = await Promise.all(pids.map(async (pid) => (await isAlive(pid)) && (await isOf(pid, owner))))
  return living.filter((own) => own).length
}

const isOf = async (pid: string, { uid }: FileOwner) => (await stat(`/proc/${pid}`).catch(() => null))?.uid === uid

/** Not one that only waits to be buried by the host's first process. */
async function isAlive(pid: string): Promise<boolean> {
  return /^State:\s+[^ZX]/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))
}
