import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../../worker/process/run-command.ts'
import { runProbes } from '../../../worker/sandbox/probes.ts'
import type { BatteryCase } from './battery-case.ts'
import { runIn, shell } from './sandbox-bench.ts'

/** What not every host has: a route, a part of the kernel, or that part for ordinary users. Then it fails outside too. */
const notEverywhere = new Set([
  'metadata',
  'dns',
  'af-alg',
  'af-vsock',
  'bpf',
  'perf-events',
  'io-uring',
  'typing-into-a-terminal',
])

export const attacks: readonly BatteryCase[] = [
  {
    name: 'blocks every attempt of the probes, each of which works where it may',
    run: async (bench) => {
      const results = await runProbes({ engine: bench.engine, image: 'host' })
      const certain = results.filter(({ name }) => !notEverywhere.has(name))
      return {
        seen: {
          open: results.filter(({ outcome }) => outcome === 'open'),
          unsound: certain.filter(({ control }) => control !== 'works'),
          tried: results.length,
        },
        expected: { open: [], unsound: [], tried: 26 },
      }
    },
  },
  {
    name: 'has no files of the host but the listed system folders, and can write to none of those',
    run: async (bench) => {
      const { sandbox, spec } = await bench.create()
      const top = await runIn(sandbox, shell('ls -A /; ls -A /etc; ls -A /usr/local/etc 2>/dev/null'))
      const gone = await runIn(sandbox, shell(`cat /etc/shadow /root/.npmrc ${bench.folder}/run/static/etc/passwd`))
      const places = ['/', '/usr', '/usr/bin', '/etc', '/dev', '/opt/airlock/node', '/proc/sys/kernel', '/run']
      const written = await runIn(
        sandbox,
        shell(
          `for at in ${places.join(' ')}; do touch $at/mark 2>/dev/null && echo $at; done; touch mark ~/mark /tmp/mark && echo done`,
        ),
      )
      return {
        seen: {
          top: top.out
            .split('\n')
            .filter((name) =>
              ['home', 'root', 'run', 'srv', 'mnt', 'boot', 'sys', 'shadow', 'npmrc', 'gitconfig'].includes(name),
            ),
          gone: gone.exitCode,
          written: written.out,
          onHost: await readFile(join(spec.workspace, 'mark'), 'utf8'),
        },
        expected: { top: ['home'], gone: 1, written: 'done\n', onHost: '' },
      }
    },
  },
  {
    name: 'sees only itself: one user, a process tree of its own, its own host name',
    run: async (bench) => {
      const run = await bench.once(shell('id -u; cat /etc/hostname; ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm'))
      const control = await runCommand(shell('ls -d /proc/[0-9]* | wc -l'))
      const [uid, host, processes, first] = run.out.split('\n')
      return {
        seen: { uid, host, few: Number(processes) < 8, first, outside: Number(control.stdout.toString()) >= 8 },
        expected: { uid: '1000', host: 'airlock', few: true, first: 'bwrap', outside: true },
      }
    },
  },
  {
    name: 'passes a hostile argument on as it is and runs nothing of it',
    run: async (bench) => {
      const hostile = '$(touch pwned) `touch pwned` ; touch pwned\n"\'\\ -- --bind / /'
      const { sandbox } = await bench.create()
      const run = await runIn(sandbox, ['printf', '%s', hostile], { env: { HOSTILE: hostile } })
      const left = await runIn(sandbox, shell('ls -A'))
      return { seen: { out: run.out, left: left.out }, expected: { out: hostile, left: '' } }
    },
  },
  {
    name: 'refuses a NUL byte, with which an argument could become an option of bwrap',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const refused = async (argv: string[], env: Record<string, string>) =>
        runIn(sandbox, argv, { env }).then(
          () => 'ran',
          (error: unknown) => (error instanceof TypeError ? 'refused' : String(error)),
        )
      return {
        seen: [
          await refused(['true', 'a\0--bind'], {}),
          await refused(['true'], { A: 'a\0--bind\0/\0/' }),
          await refused(['true'], { 'A=B': 'x' }),
          await refused([], {}),
          await refused(['true', 'x'.repeat(200_000)], {}),
          await refused(['true'], { A: 'b' }),
        ],
        expected: ['refused', 'refused', 'refused', 'refused', 'refused', 'ran'],
      }
    },
  },
]
