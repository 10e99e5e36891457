import type { TraceLine } from '../audit/parse-trace-line.ts'
import type { SentryLine } from './parse-sentry-line.ts'

type Start = Extract<TraceLine, { kind: 'exec' }>

/** Tells the one start of a program that is the engine's own from those of the job: the forwarder's. */
export interface ForwarderStart {
  /** Told every new process. Returns a start that was taken for the forwarder's and was another's. */
  born(line: Extract<SentryLine, { kind: 'child' }>): Start | null
  isIts(line: Start): boolean
}

const launcherPid = 1
const nobody = -1

/**
 * The forwarder is the launcher's first child, if there is one, and becomes another program once. A job can kill it and
 * start processes until one has its number. The sentry says so before that one's first start, and after it where the
 * parent waited for it (vfork). Pure but for what it remembers.
 */
export function createForwarderStart(isThere: boolean): ForwarderStart {
  let forwarder: number | null = isThere ? null : nobody
  let start: Start | null = null
  return {
    born: ({ pid, child }) => {
      if (forwarder === null && pid === launcherPid) forwarder = child
      else if (child === forwarder) {
        forwarder = nobody
        return start
      }
      return null
    },
    isIts: (line) => {
      if (line.pid !== forwarder || start !== null) return false
      start = line
      return true
    },
  }
}
