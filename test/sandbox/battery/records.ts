import type { ProcessEvent } from '../../../worker/pipeline/ports/index.ts'
import { systemCallNumber } from '../../../worker/sandbox/seccomp/system-calls.ts'
import { thisMachine } from '../../../worker/sandbox/seccomp/this-machine.ts'
import type { BatteryCase } from './battery-case.ts'
import { runIn, shell } from './sandbox-bench.ts'

const shown = (events: readonly ProcessEvent[]) =>
  events.map(({ kind, detail, command }) =>
    command === null ? `${kind} ${detail}` : `${kind} ${detail} by ${command}`,
  )

const connecting = `use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in(80, inet_aton("169.254.169.254")))`

const clone = String(systemCallNumber('clone', thisMachine()))
/** SIGCHLD at the end of a child, as fork has it. */
const childEnded = 17
const cloneUntraced = 0x00800000

export const records: readonly BatteryCase[] = [
  {
    name: 'records what ran and what it tried to reach, and nothing of its own machinery',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const before = Date.now()
      const run = await runIn(sandbox, ['sh', '-c', '/bin/true; perl -e "$0"', connecting])
      const [tried] = run.processes.filter(({ kind }) => kind === 'connect')
      return {
        seen: {
          execs: run.processes.filter(({ kind }) => kind === 'exec').map(({ detail }) => detail.split(' ')[0]),
          tried: tried?.detail,
          by: tried?.command?.startsWith('perl -e '),
          inTime: run.processes.every(({ at }) => at >= before - 1000 && at <= Date.now() + 1000),
          truncated: run.processesTruncated,
        },
        expected: {
          execs: ['sh', '/bin/true', 'perl'],
          tried: '169.254.169.254:80',
          by: true,
          inTime: true,
          truncated: false,
        },
      }
    },
  },
  {
    name: 'names the program even when one of its threads or children connects',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const run = await runIn(sandbox, [
        'perl',
        '-e',
        `if (fork() == 0) { ${connecting}; select undef, undef, undef, 0.3; exit } wait`,
      ])
      const [tried] = run.processes.filter(({ kind }) => kind === 'connect')
      return { seen: [tried?.detail, tried?.command?.startsWith('perl -e')], expected: ['169.254.169.254:80', true] }
    },
  },
  {
    name: 'lets no child that asks not to be traced (CLONE_UNTRACED) start a program unseen',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const fork = 'my $pid = syscall($ARGV[0] + 0, $ARGV[1] + 0, 0, 0, 0, 0)'
      const child = `${fork}; if ($pid == 0) { exec "/bin/echo", "ran"; exit 1 } waitpid $pid, 0`
      const start = async (flags: number) => {
        const run = await runIn(sandbox, ['perl', '-e', child, clone, String(flags)])
        const recorded = run.processes.some(({ detail }) => detail === '/bin/echo ran')
        return { ran: run.out === 'ran\n', recorded }
      }
      const [traced, untraced] = [await start(childEnded), await start(childEnded | cloneUntraced)]
      return {
        seen: [traced, untraced.ran && !untraced.recorded],
        expected: [{ ran: true, recorded: true }, false],
      }
    },
  },
  {
    name: 'writes down hostile arguments without their power over a terminal',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const run = await runIn(
        sandbox,
        shell(`/bin/true "$(printf '\\033]52;c;eA==\\007')" "$(printf 'a\\nb \\377')" "$(printf '\\342\\200\\256')"`),
      )
      return {
        seen: shown(run.processes).at(-1),
        expected: 'exec /bin/true \\u{1b}]52;c;eA==\\u{7} "a\\u{a}b �" \\u{202e}',
      }
    },
  },
  {
    name: 'bounds the record when a command does very much, and says so',
    run: async (bench) => {
      const { sandbox } = await bench.create()
      const socket = 'socket(my $s, PF_INET, SOCK_STREAM, 0)'
      const many = `use Socket; for (1 .. 5100) { ${socket}; connect($s, pack_sockaddr_in(9, INADDR_LOOPBACK)) }`
      const run = await runIn(sandbox, ['perl', '-e', many])
      return {
        seen: { kept: run.processes.length, truncated: run.processesTruncated, ended: run.ended },
        expected: { kept: 5000, truncated: true, ended: 'exited' },
      }
    },
  },
]
