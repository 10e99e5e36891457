import { runCommand } from '../../../worker/process/run-command.ts'

interface Row {
  readonly pid: string
  readonly parent: string
  readonly line: string
}

/**
 * A program and all that came from it, a line for each: its number, its parent's, its state, where in the kernel it
 * waits, for how many seconds it has been there, and its arguments. For a program that does not end, and cannot say why.
 */
export async function describeStandStill(pid: number): Promise<string> {
  const columns = 'pid=,ppid=,stat=,wchan:24=,etimes=,args='
  const { stdout } = await runCommand(['/bin/ps', '-ww', '-eo', columns], { timeoutMs: 20_000 })
  const rows = stdout
    .toString('latin1')
    .split('\n')
    .map((line): Row => {
      const [own = '', parent = ''] = line.trim().split(/ +/)
      return { pid: own, parent, line: line.slice(0, 240) }
    })
  return descendants(rows, String(pid)).join('\n')
}

function descendants(rows: readonly Row[], pid: string): readonly string[] {
  const self = rows.filter((row) => row.pid === pid).map(({ line }) => line)
  return [...self, ...rows.filter(({ parent }) => parent === pid).flatMap((row) => descendants(rows, row.pid))]
}
