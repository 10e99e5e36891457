import type { Isolation, Limits, NetworkDevice, Phase, Posture } from '../../contract/index.ts'

/** The loopback port inside every sandbox on which its broker answers. */
export const brokerPort = 3128
/** Where the parts of a job are seen from inside, the same on every engine. */
export const insidePaths = { workspace: '/workspace', home: '/home/airlock', tools: '/opt/airlock' } as const

/** One sandbox of one phase. Host paths are absolute, made by the caller, and belong to nobody else. */
export interface SandboxSpec {
  readonly jobId: string
  readonly attempt: number
  readonly phase: Phase
  /** A folder of sandbox-images, or `host`. */
  readonly image: string
  /** Writable inside as /workspace. What is in here and in `home` has to be there before: a class may copy it. */
  readonly workspace: string
  /** Writable inside as /home/airlock, and $HOME. */
  readonly home: string
  /** Read-only inside as /opt/airlock/NAME. */
  readonly tools: readonly { readonly name: string; readonly path: string }[]
  /** The broker's unix socket on the host; null: no way out at all. */
  readonly brokerSocket: string | null
  readonly limits: Limits
}

export interface ExecRequest {
  readonly argv: readonly string[]
  /** Added to the sandbox's own few variables. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly signal: AbortSignal
  /** Called in order; the program is held back until it resolves. */
  readonly onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void | Promise<void>
}

/** What stopped a command: its own end, a limit, or the caller's signal. */
export type ExecEnd = 'exited' | 'wall-time' | 'output' | 'disk' | 'memory' | 'processes' | 'cancelled'

/** A process start or connection try that the audit saw. `at` is milliseconds since the epoch. */
export interface ProcessEvent {
  readonly kind: 'exec' | 'connect'
  readonly at: number
  readonly pid: number
  /** The command line, or the address that was tried; bounded, made printable. */
  readonly detail: string
  /** For `connect`: the command line of the process that tried, if known. */
  readonly command: string | null
}

export interface ExecResult {
  readonly ended: ExecEnd
  readonly exitCode: number | null
  readonly signal: string | null
  readonly durationMs: number
  readonly outputBytes: number
  readonly processes: readonly ProcessEvent[]
  /** True if more process events happened than are kept. */
  readonly processesTruncated: boolean
  /** By the kernel's counters, from the command's start to its end. Absent: the engine cannot tell. */
  readonly devices?: readonly NetworkDevice[]
}

export type { NetworkDevice }

/** What destroying a sandbox left: all zero, or the sandbox was not destroyed. */
export interface DestroyProof {
  readonly processes: number
  readonly mounts: number
  /** cgroups or other kernel objects of this sandbox. */
  readonly groups: number
}

export interface Sandbox extends AsyncDisposable {
  readonly id: string
  /** Runs one command to its end. Never throws for how the command ended. */
  exec(request: ExecRequest): Promise<ExecResult>
  /** Kills everything in it and proves that nothing is left. Harmless when repeated. */
  destroy(): Promise<DestroyProof>
}

export type SandboxErrorCode = 'unavailable' | 'image-missing' | 'start-failed' | 'not-destroyed'

/** The engine itself failed, not the command in it. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: SandboxErrorCode
  readonly retryable: boolean

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = code === 'start-failed'
  }
}

/** A sandbox that is on this machine, whichever worker made it: from what was written down before it was made. */
export interface SandboxListing {
  readonly id: string
  readonly jobId: string
  readonly attempt: number
  readonly phase: Phase
  /** False: its worker is dead, and the next reaper removes it. */
  readonly live: boolean
}

/** One isolation class on this host. */
export interface SandboxEngine {
  readonly isolation: Isolation
  /** What the worker mounts in a job's folders is there in the sandbox too, and nobody copies the folders whole. */
  seesMounts(): boolean
  /**
   * What it enforces here, proved by probes in a sandbox of this image; without one, of an image of the engine's own
   * choice. Throws SandboxError `unavailable` with what is missing and how to get it.
   */
  posture(image?: string): Promise<Posture>
  create(spec: SandboxSpec): Promise<Sandbox>
  /** The host user that files for a sandbox of this job must belong to; null: the worker's own. */
  fileOwner(jobId: string): { readonly uid: number; readonly gid: number } | null
  /** Removes what a dead worker left of jobs that `isLive` does not know. Returns how many. */
  reap(isLive: (jobId: string) => boolean): Promise<number>
  /** Every sandbox of this engine on this machine. Empty where the engine cannot be had: never throws for that. */
  list(): Promise<readonly SandboxListing[]>
  /**
   * Ends one sandbox, whoever made it: everything in it is dead when this returns. What is left besides is removed here
   * if its worker is dead, and by that worker if not. False: there is none of this id.
   */
  kill(id: string): Promise<boolean>
}
