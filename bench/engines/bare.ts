import { type ProgramOptions, readyCommand } from '../sandbox/start-times.ts'

/** What a sandbox runs: says that it is there, and ends or stays. `line` is the same for a shell. */
export const payloads = {
  ready: { argv: readyCommand, line: 'echo ready' },
  idle: { argv: ['/bin/sh', '-c', 'echo ready; exec sleep 600'], line: 'echo ready; sleep 600' },
} as const
export type Payload = (typeof payloads)[keyof typeof payloads]

/** One sandbox of the engine used bare, by the program that anybody would call. */
export interface BareCall {
  readonly argv: readonly string[]
  readonly options: ProgramOptions
  /** Runs `ready` in it while it runs; null: there is no such thing. */
  readonly exec: readonly string[] | null
  /** Ends it; what it left is removed when its process has ended. Null: it ends with its process. */
  readonly end: readonly string[] | null
}

export interface Bare {
  readonly name: string
  /** What can be made before is made now; what is returned is a new sandbox with every call. */
  prepare(payload: Payload): Promise<() => BareCall>
}
