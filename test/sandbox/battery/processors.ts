import { readFileSync } from 'node:fs'
import { runCommand } from '../../../worker/process/run-command.ts'
import type { BatteryCase } from './battery-case.ts'
import { startBroker } from './bridges.ts'
import { runIn, type SandboxBench, shell } from './sandbox-bench.ts'

const allowed = /^Cpus_allowed_list:\s*(\S+)$/gm
const listOf = (status: string) => [...status.matchAll(allowed)].map(([, list]) => list)
const ownProcessors = () => listOf(readFileSync('/proc/self/status', 'utf8'))[0] ?? ''
const keepTo = (processors: string) => runCommand(['taskset', '-c', '-p', processors, String(process.pid)])

/** What a command, what it starts, and the forwarder beside it may use. Process 1 is bwrap's and only waits. */
const everybody = 'sh -c "cat /proc/self/status"; cat /proc/self/status; for p in /proc/[2-9]*/status; do cat $p; done'

async function processorsInside(bench: SandboxBench, jobId: string) {
  using broker = await startBroker(bench, jobId)
  const { sandbox } = await bench.create({}, { jobId, brokerSocket: broker.path })
  const lists = listOf((await runIn(sandbox, shell(everybody))).out)
  return { several: lists.length > 3, all: [...new Set(lists)] }
}

export const processors: readonly BatteryCase[] = [
  {
    name: 'gives a command, what it starts and its forwarder the processors that the worker has, and no others',
    run: async (bench) => {
      const own = ownProcessors()
      const first = own.split(/[,-]/)[0] ?? ''
      const all = await processorsInside(bench, 'processors01')
      await keepTo(first)
      const one = await processorsInside(bench, 'processors02').finally(() => keepTo(own))
      const again = await processorsInside(bench, 'processors03')
      return {
        seen: { all, one, again },
        expected: {
          all: { several: true, all: [own] },
          one: { several: true, all: [first] },
          again: { several: true, all: [own] },
        },
      }
    },
  },
]
