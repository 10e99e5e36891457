import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase } from './battery-case.ts'
import { mebibyte, runIn, shell } from './sandbox-bench.ts'

export const bombs: readonly BatteryCase[] = [
  {
    name: 'cuts off a command that prints more than it may',
    run: async (bench) => {
      const bomb = await bench.once(['cat', '/dev/zero'], { outputBytes: mebibyte })
      const control = await bench.once(['head', '-c', '1048576', '/dev/zero'], { outputBytes: mebibyte })
      return {
        seen: {
          ended: bomb.ended,
          handedOn: bomb.out.length,
          control: [control.ended, control.out.length],
        },
        expected: { ended: 'output', handedOn: mebibyte, control: ['exited', mebibyte] },
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
]
