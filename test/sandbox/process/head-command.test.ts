import { readFile, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { headCommand } from '../../../worker/sandbox/process/head-command.ts'

const programs = { sh: '/bin/sh', bash: '/bin/bash' }
const nothing = { programs, inherited: [], doors: 3, entered: null, taskset: null }

/** Runs it with file 8 open on a file of its own, and returns what the command after it printed. */
async function run(head: readonly string[], argv: readonly string[]) {
  const door = `/tmp/airlock-door-${process.pid}`
  try {
    const opening = ['/bin/bash', '-c', 'exec 8>"$0" 12</dev/null; exec "$@"', door]
    const { stdout } = await runCommand([...opening, ...head, ...argv], { env: { PATH: '/usr/bin:/bin' } })
    return { out: stdout.toString('utf8'), door: await readFile(door, 'utf8') }
  } finally {
    await rm(door, { force: true })
  }
}

const openFiles = ['/bin/sh', '-c', 'for n in 8 12; do [ ! -e /proc/$$/fd/$n ] || echo $n; done']

describe('the head of the chain', () => {
  it('is not there where it has nothing to do', () => {
    expect(headCommand(nothing)).toEqual([])
    // bwrap needs these, and the launcher those.
    expect(headCommand({ ...nothing, inherited: [3, 6, 7, 9] })).toEqual([])
  })

  it('closes what the worker inherited, and nothing else', async () => {
    const head = headCommand({ ...nothing, inherited: [3, 8, 12] })

    expect(await run(head, openFiles)).toEqual({ out: '8\n', door: '' })
  })

  it('goes through a door and closes it behind itself', async () => {
    const head = headCommand({ ...nothing, entered: 8 })

    expect(await run(head, openFiles)).toEqual({ out: '12\n', door: '0\n' })
  })

  it('does not go on when it cannot get through a door', async () => {
    const closed = run(headCommand({ ...nothing, entered: 7 }), ['/bin/echo', 'through'])

    await expect(closed).rejects.toMatchObject({ name: 'CommandError', code: 'exit' })
  })

  it('stays on one processor, whatever its program is called, and hands on each word as it is', async () => {
    const head = headCommand({ ...nothing, entered: 8, inherited: [12], taskset: '/usr/bin/taskset' })
    const words = ['a b', '', '$(x)', '*', ') 1 2']

    const { out } = await run(head, ['/usr/bin/perl', '-e', 'print "$_|" for `nproc`, @ARGV', '--', ...words])

    expect(out).toBe(`1\n|${words.join('|')}|`)
  })
})
