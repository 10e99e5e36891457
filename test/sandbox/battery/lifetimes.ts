import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase } from './battery-case.ts'
import { runIn, shell } from './sandbox-bench.ts'

const sizeOf = async (path: string) => (await stat(path).catch(() => ({ size: 0 }))).size

/** Grows a file for as long as it lives, whatever signal it is sent, out of reach of its parent and its terminal. */
const unkillable = (file: string) =>
  `( trap '' HUP INT TERM; setsid sh -c "trap '' HUP INT TERM; while :; do echo . >> ${file}; sleep 0.01; done" </dev/null >/dev/null 2>&1 & )`

/** Waits until the host sees that a file grows. */
async function untilGrowing(path: string): Promise<void> {
  for (let tries = 0; tries < 500 && (await sizeOf(path)) < 4; tries++) await sleep(10)
}

async function growsStill(path: string): Promise<boolean> {
  const before = await sizeOf(path)
  await sleep(150)
  return (await sizeOf(path)) > before
}

export const lifetimes: readonly BatteryCase[] = [
  {
    name: 'counts the wall time of a phase over all its commands',
    run: async (bench) => {
      const { sandbox } = await bench.create({ wallMs: 2500 })
      const ends = []
      for (const seconds of ['0.1', '60', '0']) ends.push((await runIn(sandbox, ['sleep', seconds])).ended)
      return { seen: ends, expected: ['exited', 'wall-time', 'wall-time'] }
    },
  },
  {
    name: 'stops when the caller says so, before or while a command runs',
    run: async (bench) => {
      const { sandbox, spec } = await bench.create()
      const before = await runIn(sandbox, shell('touch ran'), { signal: AbortSignal.abort() })
      const controller = new AbortController()
      const running = runIn(sandbox, shell(`${unkillable('beat')}; sleep 60`), { signal: controller.signal })
      await untilGrowing(join(spec.workspace, 'beat'))
      controller.abort()
      const during = await running
      return {
        seen: {
          before: before.ended,
          ran: (await readdir(spec.workspace)).includes('ran'),
          during: during.ended,
          alive: await growsStill(join(spec.workspace, 'beat')),
        },
        expected: { before: 'cancelled', ran: false, during: 'cancelled', alive: false },
      }
    },
  },
  {
    name: 'destroys a sandbox while a command runs in it, and proves that nothing is left',
    run: async (bench) => {
      const { sandbox, spec } = await bench.create()
      const running = runIn(sandbox, shell(`${unkillable('beat')}; sleep 60`))
      await untilGrowing(join(spec.workspace, 'beat'))
      const proof = await sandbox.destroy()
      const again = await sandbox.destroy()
      const late = await runIn(sandbox, ['true']).catch((error: unknown) => (error instanceof Error ? error.name : ''))
      return {
        seen: {
          ended: (await running).ended,
          proof,
          again,
          late,
          alive: await growsStill(join(spec.workspace, 'beat')),
        },
        expected: {
          ended: 'cancelled',
          proof: { processes: 0, mounts: 0, groups: 0 },
          again: { processes: 0, mounts: 0, groups: 0 },
          late: 'SandboxError',
          alive: false,
        },
      }
    },
  },
  {
    name: 'tells how a command ended: exit code, signal, not found',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const ends = []
      for (const line of ['exit 0', 'exit 3', 'kill -SEGV $$', 'kill -KILL $$', 'exec /no/such/program']) {
        const { ended, exitCode, signal } = await runIn(sandbox, shell(line))
        ends.push({ ended, exitCode, signal })
      }
      const exited = { ended: 'exited', signal: null }
      return {
        seen: ends,
        expected: [
          { ...exited, exitCode: 0 },
          { ...exited, exitCode: 3 },
          { ended: 'exited', exitCode: null, signal: 'SIGSEGV' },
          { ended: 'exited', exitCode: null, signal: 'SIGKILL' },
          { ...exited, exitCode: 127 },
        ],
      }
    },
  },
  {
    name: 'gives a command its input, and real pipes that can be opened by name',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const input = 'x'.repeat(300_000)
      const counted = await runIn(sandbox, ['wc', '-c'], { stdin: input })
      const named = await runIn(sandbox, shell('cat /dev/stdin > /dev/stdout; echo oops > /dev/stderr'), {
        stdin: 'by name',
      })
      const none = await runIn(sandbox, ['cat'])
      return {
        seen: { counted: counted.out.trim(), out: named.out, err: named.err, none: none.out },
        expected: { counted: '300000', out: 'by name', err: 'oops\n', none: '' },
      }
    },
  },
  {
    name: 'gives a command its variables, those that perl would take for its own and those of languages too',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const env = { PERL5OPT: '-Mnothing', PERL_BADLANG: '1', LC_ALL: 'nowhere', LANGUAGE: 'nobody', OTHER: 'one' }
      const run = await runIn(sandbox, ['env'], { env })
      const expected = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), 'LANG=C.UTF-8'].toSorted()
      return {
        seen: [
          run.err,
          run.out
            .split('\n')
            .filter((line) => /^(?:PERL|LANG|LC_|OTHER|AIRLOCK)/.test(line))
            .toSorted(),
        ],
        expected: ['', expected],
      }
    },
  },
  {
    name: 'runs node, npm and git inside',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const run = await runIn(
        sandbox,
        shell(
          'node -p "process.version"; npm --version >/dev/null && echo npm; git init -q . && git --version >/dev/null && echo git',
        ),
      )
      return { seen: run.out, expected: `${process.version}\nnpm\ngit\n` }
    },
  },
  {
    name: 'leaves no file of its own once everything is destroyed',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      await runIn(sandbox, ['true'])
      const while_ = await readFile(join(bench.runDir, 'sandboxes', sandbox.id, 'state.json'), 'utf8').then(() => true)
      await sandbox.destroy()
      const after = await stat(join(bench.runDir, 'sandboxes', sandbox.id)).catch(() => null)
      return { seen: { while_, after }, expected: { while_: true, after: null } }
    },
  },
]
