import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { measureUsage } from '../../../worker/sandbox/limits/measure-usage.ts'
import { findByArgument, findNamespaceMembers } from '../../../worker/sandbox/reaper/find-processes.ts'
import { sandboxMark } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import type { BatteryCase } from './battery-case.ts'
import { mebibyte, runIn, shell } from './sandbox-bench.ts'

/** How many processes the host sees in a sandbox, at most, until `done`. */
async function mostProcesses(id: string, done: Promise<unknown>): Promise<number> {
  let most = 0
  let over = false
  void done.finally(() => {
    over = true
  })
  while (!over) {
    const pids = await findByArgument(sandboxMark(id))
    const links = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/pid`).catch(() => '')))
    const own = await readlink('/proc/self/ns/pid')
    const inodes = links.filter((link) => link !== own).flatMap((link) => /\d+/.exec(link)?.[0] ?? [])
    most = Math.max(most, findNamespaceMembers(new Set(inodes)).length)
    await sleep(50)
  }
  return most
}

export const bombs: readonly BatteryCase[] = [
  {
    name: 'bounds a fork bomb, which the host outlives',
    run: async (bench) => {
      const { sandbox } = await bench.create({ pids: 60, wallMs: 1500 })
      const bomb = runIn(sandbox, ['bash', '-c', 'bomb() { bomb | bomb & }; bomb; while :; do :; done'])
      const most = await mostProcesses(sandbox.id, bomb)
      const { ended } = await bomb
      const proof = await sandbox.destroy()
      return {
        seen: { ended, wentOff: most > 15, bounded: most <= 64, left: proof.processes },
        expected: { ended: 'wall-time', wentOff: true, bounded: true, left: 0 },
      }
    },
  },
  {
    name: 'ends processes that together use more memory than is allowed',
    run: async (bench) => {
      const line = `perl -e 'my $held = "x" x (60 << 20); sleep 10' & `.repeat(4)
      const argv = shell(`${line} wait; echo survived`)
      const bomb = await bench.once(argv, { memoryBytes: 150 * mebibyte })
      const control = await bench.once(shell(argv[2]?.replaceAll('sleep 10', 'sleep 0.3') ?? ''), {
        memoryBytes: 1024 * mebibyte,
      })
      return {
        seen: { ended: bomb.ended, control: control.out },
        expected: { ended: 'memory', control: 'survived\n' },
      }
    },
  },
  {
    name: 'cuts off a command that prints more than it may',
    run: async (bench) => {
      const startedAt = Date.now()
      const bomb = await bench.once(['cat', '/dev/zero'], { outputBytes: mebibyte })
      const control = await bench.once(['head', '-c', '1048576', '/dev/zero'], { outputBytes: mebibyte })
      return {
        seen: {
          ended: bomb.ended,
          handedOn: bomb.out.length,
          soon: Date.now() - startedAt < 10_000,
          control: [control.ended, control.out.length],
        },
        expected: { ended: 'output', handedOn: mebibyte, soon: true, control: ['exited', mebibyte] },
      }
    },
  },
  {
    name: 'lets 1 GB of output through in bounded memory',
    run: async (bench) => {
      const { sandbox } = await bench.create({ outputBytes: 2048 * mebibyte, wallMs: 100_000 })
      const before = process.memoryUsage().rss
      let most = before
      let bytes = 0
      const run = await runIn(sandbox, ['head', '-c', '1000000000', '/dev/zero'], {
        onOutput: (chunk) => {
          bytes += chunk.length
          most = Math.max(most, process.memoryUsage.rss())
        },
      })
      return {
        seen: { ended: run.ended, bytes, counted: run.outputBytes, bounded: most - before < 200 * mebibyte },
        expected: { ended: 'exited', bytes: 1e9, counted: 1e9, bounded: true },
      }
    },
  },
  {
    name: 'holds a command back while its reader is busy, and keeps its output in order',
    run: async (bench) => {
      const { sandbox, spec } = await bench.create({ outputBytes: 64 * mebibyte })
      const released = Promise.withResolvers<void>()
      const order: number[] = []
      let turn = 0
      const line = 'i=0; while [ $i -lt 40 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i > progress; done'
      const running = runIn(sandbox, shell(line), {
        onOutput: async () => {
          const mine = turn++
          if (mine === 0) await released.promise
          order.push(mine)
        },
      })
      await sleep(600)
      const held = Number(await readFile(join(spec.workspace, 'progress'), 'utf8').catch(() => '0'))
      released.resolve()
      const { outputBytes } = await running
      const sorted = [...order].sort((a, b) => a - b)
      return {
        seen: { held: held < 10, outputBytes, inOrder: order.join() === sorted.join() },
        expected: { held: true, outputBytes: 40 * 65536, inOrder: true },
      }
    },
  },
  {
    name: 'ends a command that fills the disk with many files, and one that writes a single huge one',
    run: async (bench) => {
      const { sandbox, spec } = await bench.create({ diskBytes: 24 * mebibyte })
      const many = await runIn(sandbox, shell('i=0; while :; do head -c 262144 /dev/zero > file$i; i=$((i+1)); done'))
      const usage = await measureUsage(['/usr/bin/du'], [spec.workspace])
      const huge = await bench.once(shell('exec head -c 100M /dev/zero > huge'), { diskBytes: 24 * mebibyte })
      const control = await bench.once(shell('head -c 8M /dev/zero > large; wc -c < large'), {
        diskBytes: 24 * mebibyte,
      })
      return {
        seen: {
          many: many.ended,
          stoppedSoon: usage.bytes < 1024 * mebibyte,
          huge: huge.ended,
          control: control.out.trim(),
        },
        expected: { many: 'disk', stoppedSoon: true, huge: 'disk', control: String(8 * mebibyte) },
      }
    },
  },
  {
    name: 'counts what hides in a folder that nobody may read',
    run: async (bench) => {
      const line =
        'mkdir hidden; i=0; while [ $i -lt 200 ]; do head -c 262144 /dev/zero > hidden/$i; i=$((i+1)); done; chmod 000 hidden; sleep 5; echo unnoticed'
      const run = await bench.once(shell(line), { diskBytes: 24 * mebibyte })
      return { seen: { ended: run.ended, out: run.out }, expected: { ended: 'disk', out: '' } }
    },
  },
  {
    name: 'bounds /tmp and /dev/shm, which are memory',
    run: async (bench) => {
      const fill = (at: string) => `for i in 1 2; do head -c 40M /dev/zero > ${at}/$i 2>/dev/null; echo $?; done`
      const run = await bench.once(shell(`${fill('/tmp')}; rm /tmp/*; ${fill('/dev/shm')}`), {
        diskBytes: 64 * mebibyte,
      })
      return { seen: run.out, expected: '0\n1\n0\n1\n' }
    },
  },
]
