import type { CommandOptions } from '../../process/run-command.ts'
import type { OverlayPlan } from '../../seal/overlays.ts'
import { type PerlScript, perlScript } from './run-perl.ts'

/** A way to mount an overlay on a job's folder. */
export interface OverlayMount {
  /** Throws CommandError where the kernel refuses. */
  mount(plan: OverlayPlan, signal: AbortSignal): Promise<void>
  /** Also where nothing is mounted. */
  unmount(folder: string): Promise<void>
  /** Runs a script that needs power over all files that are to be shown. Throws CommandError. */
  run(script: PerlScript, args: readonly string[], options: CommandOptions): Promise<void>
}

export const mountTimeoutMs = 30_000

const mountCalls = ['unshare', 'mount', 'umount2', 'open_tree', 'mount_setattr', 'move_mount'] as const
export const mountScript = perlScript('mount-overlay.pl', mountCalls)

/** What is above takes what the job writes, `work` is the kernel's, `lower` is where the stored folder is mounted. */
export const besides = ['upper', 'work', 'lower'] as const
export const parts = ['workspace', 'home'] as const
