import type { TraceLine } from '../audit/parse-trace-line.ts'
import { createProcessLog, type ProcessLog } from '../audit/process-log.ts'
import { insideBrokerSocket } from '../command/launch-script.ts'
import { createForwarderStart } from './forwarder-start.ts'
import { parseSentryLine } from './parse-sentry-line.ts'

export interface SentryLog extends ProcessLog {
  /** True once the launcher was started: what the exit code says is then the container's. */
  began(): boolean
  /** True once the container has ended by itself. False after a sentry that died. */
  ended(): boolean
}

/** Command lines and environments of any size are on one line, with escapes. */
const maxLine = 1024 * 1024
const maxParents = 4096
const mostGenerations = 8
/** libc looks for it by itself. */
const nameServiceCache = '/var/run/nscd/socket'
/** A version of runsc that cannot tell unix sockets apart names the family alone; the forwarder's would be among them. */
const silentFamilies = ['AF_UNIX', 'AF_UNSPEC']

/**
 * The record of one container, from outside of it: what the sentry says of the calls that it answered.
 * `forwarder`: whether the launcher starts one. `onBegin`: as a process log's.
 */
export function createSentryLog({ forwarder, onBegin }: { forwarder: boolean; onBegin?: () => void }): SentryLog {
  const parents = new Map<number, number>()
  const forwarderStart = createForwarderStart(forwarder)
  let began = false
  let ended = false

  const parseLine = (text: string): TraceLine | null => {
    const line = parseSentryLine(text)
    if (line === null) return null
    if (line.kind === 'child') {
      parents.set(line.child, line.pid)
      const oldest = parents.size > maxParents ? parents.keys().next().value : undefined
      if (oldest !== undefined) parents.delete(oldest)
      return forwarderStart.born(line)
    }
    if (line.kind === 'mark') {
      began = true
      ended ||= line.what === 'end'
      return null
    }
    if (line.kind === 'exec' && forwarderStart.isIts(line)) return null
    return line.kind === 'connect' && silentFamilies.includes(line.address) ? null : line
  }

  const forebears = (pid: number): readonly number[] => {
    const found: number[] = []
    for (let next = parents.get(pid); next !== undefined && found.length < mostGenerations; next = parents.get(next)) {
      found.push(next)
    }
    return found
  }

  const log = createProcessLog({
    parseLine,
    maxLine,
    // The launcher runs already when the record begins.
    launcher: null,
    silentSockets: [insideBrokerSocket, nameServiceCache],
    forebears,
    ...(onBegin === undefined ? {} : { onBegin }),
  })
  return { ...log, began: () => began, ended: () => ended }
}
