import { brokerPort } from '../../pipeline/ports/index.ts'

/** Where the broker's socket is seen from inside. */
export const insideBrokerSocket = '/run/airlock/broker.sock'

/**
 * The first program inside a sandbox. It is constant; everything that varies comes as arguments, which no shell
 * reads twice. It lowers its own limits, starts the forwarder from the broker's port to the broker's socket, waits
 * until that listens, and becomes the command. The forwarder is forked twice, so that the command, which takes this
 * process's place, does not find a child that it never started. It says itself when it listens: asking the kernel again
 * and again takes several times as long. Nobody reads what it says after that.
 *
 * $1 largest file in 512-byte blocks · $2 open files · $3 processes or '' · $4 data segment in KiB or ''
 * $5 'broker' or '' · then the command.
 */
const launchScript = `
refuse() { echo "airlock: $1" >&2; exit 125; }
ulimit -c 0 || refuse 'core dumps cannot be switched off'
ulimit -f "$1" || refuse 'the file size cannot be limited'
ulimit -n "$2" 2>/dev/null
if [ -n "$3" ]; then ulimit -p "$3" 2>/dev/null || ulimit -u "$3" || refuse 'processes cannot be limited'; fi
if [ -n "$4" ]; then ulimit -d "$4" || refuse 'memory cannot be limited'; fi
if [ -n "$5" ]; then
  { socat -d -d -b 65536 TCP-LISTEN:${brokerPort},bind=127.0.0.1,fork,reuseaddr,backlog=128,max-children=256 \\
      UNIX-CONNECT:${insideBrokerSocket} </dev/null 2>&1 >/dev/null & } | {
    while read -r line; do case "$line" in *' listening on '*) exit 0;; esac; done
    exit 1
  } || refuse 'the forwarder to the broker did not start'
fi
shift 5
exec "$@"
`

export interface LaunchLimits {
  readonly fileBytes: number
  readonly openFiles: number
  /** Only where no cgroup holds it. */
  readonly processes: number | null
  readonly dataBytes: number | null
}

/** The launcher's command line. `mark` becomes its $0: the word by which this sandbox's processes are recognised. */
export function launchCommand(mark: string, limits: LaunchLimits, broker: boolean, argv: readonly string[]): string[] {
  return [
    '/bin/sh',
    '-c',
    launchScript,
    mark,
    String(Math.ceil(limits.fileBytes / 512)),
    String(limits.openFiles),
    limits.processes === null ? '' : String(limits.processes),
    limits.dataBytes === null ? '' : String(Math.floor(limits.dataBytes / 1024)),
    broker ? 'broker' : '',
    ...argv,
  ]
}
