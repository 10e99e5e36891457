import { once } from 'node:events'
import { chown, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { insideBrokerSocket } from '../../../worker/sandbox/command/launch-script.ts'
import type { BatteryCase } from './battery-case.ts'
import { runIn, type SandboxBench, shell } from './sandbox-bench.ts'

/** What a broker is to a sandbox: a server on a socket of the job's user. It answers each line with the same in capitals. */
export async function startBroker(bench: Pick<SandboxBench, 'folder' | 'engine'>, jobId: string) {
  const path = join(bench.folder, `broker-${jobId}.sock`)
  const met: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      met.push(chunk.toString())
      socket.end(chunk.toString().toUpperCase())
    })
  })
  server.listen(path)
  await once(server, 'listening')
  const owner = bench.engine.fileOwner(jobId)
  if (owner !== null) await chown(path, owner.uid, owner.gid)
  return { path, met, [Symbol.dispose]: () => server.close() }
}

export const ask = (port: number, word: string) => [
  '/usr/bin/perl',
  '-MIO::Socket::INET',
  '-e',
  `my $s = IO::Socket::INET->new('127.0.0.1:${port}') or die "no: $!"; print $s '${word}'; shutdown($s, 1); print <$s>`,
]

export const bridges: readonly BatteryCase[] = [
  {
    name: "carries a command's very first connection to the broker, and nothing where there is none",
    run: async (bench) => {
      using broker = await startBroker(bench, 'brokered00001')
      const { sandbox } = await bench.create({}, { jobId: 'brokered00001', brokerSocket: broker.path })
      const first = await runIn(sandbox, ask(3128, 'hello'))
      const second = await runIn(sandbox, ask(3128, 'again'))
      const { sandbox: closed } = await bench.create()
      const without = await runIn(closed, ask(3128, 'hello'))
      return {
        seen: { first: first.out, second: second.out, met: broker.met, without: without.err.includes('refused') },
        expected: { first: 'HELLO', second: 'AGAIN', met: ['hello', 'again'], without: true },
      }
    },
  },
  {
    name: 'keeps the forwarder out of what the command takes for its own children',
    run: async (bench) => {
      using broker = await startBroker(bench, 'brokered00002')
      const { sandbox } = await bench.create({}, { jobId: 'brokered00002', brokerSocket: broker.path })
      const children = await runIn(sandbox, ['cat', '/proc/self/task/1/children', '/proc/thread-self/children'])
      // It may be there only once somebody has asked.
      const asking = 'exec 3<>/dev/tcp/127.0.0.1/3128; echo hello >&3; read -u 3; cat /proc/*/comm'
      const there = await runIn(sandbox, ['bash', '-c', asking])
      return {
        seen: { children: children.out, there: there.out.includes('perl') },
        expected: { children: '', there: true },
      }
    },
  },
  {
    name: 'ends a command at once, and says why, when there is no room for the forwarder',
    run: async (bench) => {
      using broker = await startBroker(bench, 'brokered00004')
      const started = async (pids: number) => {
        const { sandbox } = await bench.create({ pids }, { jobId: 'brokered00004', brokerSocket: broker.path })
        const run = await runIn(sandbox, ['echo', 'started'])
        return { ended: run.ended, out: run.out, told: run.err.includes('forwarder') }
      }
      return {
        seen: { first: await started(1), second: await started(2), control: await started(64) },
        expected: {
          first: { ended: 'exited', out: '', told: true },
          second: { ended: 'exited', out: '', told: true },
          control: { ended: 'exited', out: 'started\n', told: false },
        },
      }
    },
  },
  {
    name: 'lets the job use the socket of its broker, but not change it',
    run: async (bench) => {
      using broker = await startBroker(bench, 'brokered00003')
      const { sandbox } = await bench.create({}, { jobId: 'brokered00003', brokerSocket: broker.path })
      const before = (await stat(broker.path)).mode
      const tried = await runIn(
        sandbox,
        shell(
          `chmod 777 ${insideBrokerSocket}; rm -f ${insideBrokerSocket}; test -S ${insideBrokerSocket} && echo there`,
        ),
      )
      return {
        seen: { out: tried.out, same: (await stat(broker.path)).mode === before },
        expected: { out: 'there\n', same: true },
      }
    },
  },
]
