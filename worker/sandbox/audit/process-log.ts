import type { ProcessEvent } from '../../pipeline/ports/index.ts'
import type { TraceLine } from './parse-trace-line.ts'
import { printable } from './printable.ts'

const maxEvents = 5000
const maxDetail = 1024
/** Processes whose command line is remembered, to name who connected. */
const maxRemembered = 4096

export interface ProcessLogOptions {
  /** Reads one line of the log; null for one that says nothing of interest. */
  readonly parseLine: (line: string) => TraceLine | null
  /** Characters of a line that are read; longer ones are left out, and the record says that it is cut. */
  readonly maxLine: number
  /**
   * The launcher's $0, fourth on its command line: what happens before it becomes another program is the engine at
   * work. Null: the first program in this log is the command.
   */
  readonly launcher: string | null
  /**
   * Sockets that nobody chose to connect to: the broker's, where the forwarder does so for others, and those that
   * libc looks for by itself.
   */
  readonly silentSockets: readonly string[]
  /** Pids of a thread's process, its parent, its parent's parent and so on, while it lives. */
  readonly forebears: (pid: number) => readonly number[]
  /** Called once, when the command has become the first program of the job's. */
  readonly onBegin?: () => void
}

export interface ProcessLog {
  /** Takes the next piece of the log. */
  write(chunk: Buffer): void
  events(): readonly ProcessEvent[]
  /** True if there was more than is kept. */
  truncated(): boolean
}

/**
 * Turns a log of system calls into events, line by line, in bounded memory. strace's starts with bwrap's own doings, then
 * the launcher's; what the job asked for starts when the launcher's process becomes another program.
 */
export function createProcessLog(options: ProcessLogOptions): ProcessLog {
  const events: ProcessEvent[] = []
  const commands = new Map<number, string>()
  const silent = new Set(options.silentSockets.map((path) => `unix:${path}`))
  const pending = new Map<number, Extract<TraceLine, { kind: 'exec' }>>()
  let truncated = false
  let launcher: number | null = null
  let inside = false
  let rest = ''
  let skipping = false

  const remember = <Value>(map: Map<number, Value>, pid: number, value: Value) => {
    map.delete(pid)
    map.set(pid, value)
    const oldest = map.size > maxRemembered ? map.keys().next().value : undefined
    if (oldest !== undefined) map.delete(oldest)
  }

  const add = (event: ProcessEvent) => {
    if (events.length < maxEvents) events.push(event)
    else truncated = true
  }

  /** A thread, or a child that has not become another program, goes by the name of its process or its parent. */
  const commandOf = (pid: number): string | null => {
    const named = [pid, ...options.forebears(pid)].find((candidate) => commands.has(candidate))
    const command = named === undefined ? undefined : commands.get(named)
    if (command !== undefined) remember(commands, pid, command)
    return command ?? null
  }

  const started = (line: Extract<TraceLine, { kind: 'exec' }>) => {
    if (launcher === null && options.launcher !== null) {
      // bwrap carries the mark too, among its own arguments; only the launcher has it as its name.
      if (line.argv[3]?.toString('latin1') === options.launcher) launcher = line.pid
      return
    }
    if (!inside && launcher !== null && line.pid !== launcher) return
    if (!inside) options.onBegin?.()
    inside = true
    const detail = commandLine(line.argv)
    remember(commands, line.pid, detail)
    add({ kind: 'exec', at: line.at, pid: line.pid, detail, command: null })
  }

  const take = (line: TraceLine) => {
    if (line.kind === 'exec') {
      if (line.result === 'done') started(line)
      else if (line.result === 'pending') remember(pending, line.pid, line)
    } else if (line.kind === 'exec-result') {
      const begun = pending.get(line.pid)
      pending.delete(line.pid)
      if (begun !== undefined && line.result === 'done') started(begun)
    } else if (inside && !silent.has(line.address)) {
      const detail = printable(Buffer.from(line.address, 'latin1'), maxDetail)
      add({
        kind: 'connect',
        at: line.at,
        pid: line.pid,
        detail,
        command: events.length < maxEvents ? commandOf(line.pid) : null,
      })
    }
  }

  return {
    write: (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) {
        const line = skipping ? null : options.parseLine(text.slice(0, options.maxLine))
        truncated ||= text.length > options.maxLine
        skipping = false
        if (line !== null) take(line)
      }
      if (rest.length > options.maxLine) {
        rest = ''
        skipping = true
        truncated = true
      }
    },
    events: () => events,
    truncated: () => truncated,
  }
}

/** One line for people: words with spaces or quotes in them are quoted, none can end the line. */
function commandLine(argv: readonly Buffer[]): string {
  const words = argv.map((word) => {
    const shown = printable(word, maxDetail)
    return /^[^\s"']+$/u.test(shown) ? shown : `"${shown.replaceAll('"', '\\"')}"`
  })
  return printable(Buffer.from(words.join(' ')), maxDetail)
}
